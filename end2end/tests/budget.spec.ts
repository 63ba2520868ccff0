// What a page costs: nothing may move while it loads; times and rates are printed, since machines differ.
import type { Page } from "@playwright/test";

import { PAGES, expect, hydrated, open, test } from "./fixture.ts";
import { median, metrics, session, table } from "./measure.ts";

const GRAPHS = ["top-products", "influencers", "best-rated", "similar-buyers"].map((question) => `/insights/${question}?view=graph`);

test("nothing that one would notice moves while a page loads", async ({ page }) => {
  test.setTimeout(120_000);
  await page.addInitScript(() => {
    const watched = window as unknown as { moved: string[]; sum: number };
    watched.moved = [];
    watched.sum = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & { value: number; sources: { node?: Element }[] })[]) {
        const what = entry.sources.map(({ node }) => node?.className || node?.nodeName).join(", ");
        watched.sum += entry.value;
        watched.moved.push(`${entry.value.toFixed(4)} ${what}`);
      }
    }).observe({ type: "layout-shift", buffered: true });
  });
  for (const address of [...Object.values(PAGES), ...GRAPHS]) {
    await open(page, address);
    // Two frames later all that hydration changed is drawn, and the observer has heard of it.
    await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done)))));
    const { moved, sum } = await page.evaluate(() => { const { moved, sum } = window as unknown as { moved: string[]; sum: number }; return { moved, sum }; });
    // A score of 0.1 is called good; what is allowed here is a chip that becomes some pixels wider when it says "Live".
    expect.soft(sum, `${address}: ${moved.join("; ")}`).toBeLessThan(0.01);
  }
});

/** Frames a second while something happens, by the browser's own count of animation frames. */
async function frames(page: Page, during: () => Promise<void>): Promise<number> {
  await page.evaluate(() => {
    const counted = window as unknown as { frames: number; stop: boolean; since: number };
    Object.assign(counted, { frames: 0, stop: false, since: performance.now() });
    const next = () => {
      counted.frames += 1;
      if (!counted.stop) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await during();
  return page.evaluate(() => {
    const counted = window as unknown as { frames: number; stop: boolean; since: number };
    counted.stop = true;
    return (1000 * counted.frames) / (performance.now() - counted.since);
  });
}

/** A picture that is as large as it may get, the same each time. */
function picture(nodes: number, edges: number) {
  let state = 7;
  const random = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const groups = Array.from({ length: 20 }, (_, index) => `Group ${index + 1}`);
  return {
    nodes: Array.from({ length: nodes }, (_, id) => ({
      kind: id % 5 ? "user" : "product",
      id,
      label: `Node ${id}`,
      group: id % groups.length,
      weight: random(),
      detail: "made for the measurement",
    })),
    edges: Array.from({ length: edges }, () => [Math.floor(random() * nodes), Math.floor(random() * nodes), random()]),
    positions: Array.from({ length: nodes }, () => [random() * 2 - 1, random() * 2 - 1]),
    groups,
    total_nodes: nodes,
  };
}

test.describe("printed @long", () => {
  test.beforeEach(({}, info) => {
    test.skip(info.project.name !== "embedded", "the browser is the same for both");
  });

  test("time to usable and long tasks on load, with a processor four times slower", async ({ browser, baseURL }) => {
    test.setTimeout(240_000);
    const rows = [];
    for (const [name, address] of Object.entries(PAGES)) {
      const usable: number[] = [];
      const long: number[] = [];
      for (let round = 0; round < 3; round++) {
        // A context of its own each time: nothing is in its cache.
        const context = await browser.newContext({ baseURL });
        const page = await context.newPage();
        await page.addInitScript(() => {
          const watched = window as unknown as { usable?: number; long: number };
          watched.long = 0;
          new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => (watched.long += duration - 50))).observe({
            type: "longtask",
            buffered: true,
          });
          new MutationObserver(() => (watched.usable ??= performance.now())).observe(document, {
            attributeFilter: ["data-hydrated"],
            subtree: true,
          });
        });
        const cdp = await session(page);
        await cdp.send("Emulation.setCPUThrottlingRate", { rate: 4 });
        await page.goto(address);
        await hydrated(page);
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => setTimeout(done))));
        const numbers = await page.evaluate(() => {
          const { usable, long } = window as unknown as { usable: number; long: number };
          return { usable, long };
        });
        usable.push(numbers.usable);
        long.push(numbers.long);
        await context.close();
      }
      expect(Math.min(...usable), name).toBeGreaterThan(0);
      rows.push([name, Math.round(median(usable)), Math.round(median(long))]);
    }
    table("On load, processor 4× slower, median of 3", ["page", "usable after, ms", "blocked by long tasks, ms"], rows);
  });

  test("frames a second while a graph of 10,000 nodes and 50,000 edges moves", async ({ page }) => {
    test.setTimeout(120_000);
    const answer = JSON.stringify(picture(10_000, 50_000));
    await page.route(/\/fn\/read\/picture/, (route) => route.fulfill({ contentType: "application/json", body: answer }));
    await open(page, "/insights/influencers");
    const empty = await frames(page, () => page.evaluate(() => new Promise<void>((done) => setTimeout(done, 3_000))));
    await page.getByRole("main").getByRole("link", { name: "Graph", exact: true }).click();
    await expect(page.locator("main")).toContainText("of 10,000 nodes");
    const box = (await page.locator("main canvas[role=img]").boundingBox())!;
    // Where no node is, else it would be the node that is dragged.
    const [x, y] = [box.x + 8, box.y + 8];
    let dragged = 0;
    const panning = async () => {
      await page.mouse.move(x, y);
      await page.mouse.down();
      const rate = await frames(page, async () => {
        const end = Date.now() + 3_000;
        while (Date.now() < end) {
          await page.mouse.move(x + 90 * Math.sin(dragged / 9), y + 60 * Math.cos(dragged / 9));
          dragged += 1;
        }
      });
      await page.mouse.up();
      await page.getByRole("button", { name: "Fit" }).click();
      return rate;
    };
    const nothing = await panning();
    const list = page.getByRole("list", { name: /Nodes/ });
    await list.getByRole("button").nth(3).click();
    await expect(page.locator(".stage .chosen")).toBeVisible();
    const selected = await panning();
    await page.getByRole("button", { name: "Close" }).click();
    const node = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
    await page.mouse.move(node.x, node.y);
    await expect(page.locator(".stage .hover")).toBeVisible();
    await page.mouse.down();
    const node_dragged = await frames(page, async () => {
      const end = Date.now() + 3_000;
      while (Date.now() < end) {
        await page.mouse.move(node.x + 90 * Math.sin(dragged / 9), node.y + 60 * Math.cos(dragged / 9));
        dragged += 1;
      }
    });
    await page.mouse.up();
    expect(dragged).toBeGreaterThan(30);
    const rows = [
      ["an empty animation loop", empty],
      ["panning", nothing],
      ["panning with a node selected", selected],
      ["dragging a node", node_dragged],
    ] as const;
    table("Frames a second, 10,000 nodes and 50,000 edges", ["", "frames/s"], rows.map(([name, rate]) => [name, rate.toFixed(1)]));
  });

  test("the processor time of an open overview while nothing happens", async ({ page }) => {
    await open(page, "/");
    const cdp = await session(page);
    const before = await metrics(cdp);
    // A measurement over a time, not a wait for something to be done.
    await page.evaluate(() => new Promise<void>((done) => setTimeout(done, 10_000)));
    const after = await metrics(cdp);
    const share = (after.TaskDuration! - before.TaskDuration!) / (after.Timestamp! - before.Timestamp!);
    expect(share).toBeGreaterThanOrEqual(0);
    table("An open overview, idle", ["share of one processor"], [[`${(100 * share).toFixed(1)} %`]]);
  });
});

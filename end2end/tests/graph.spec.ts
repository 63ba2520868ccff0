// The graph view: to be moved, zoomed, searched, expanded and taken away, by mouse, by finger and by keyboard.
import { readFileSync } from "node:fs";

import type { Locator, Page } from "@playwright/test";

import { QUESTIONS, expect, open, test } from "./fixture.ts";

type Node = { kind: string; id: number; label: string; group: number; detail: string };
type Graph = { nodes: Node[]; edges: [number, number, number][]; groups: string[]; total_nodes: number };

const GRAPH = "/insights/similar-buyers?view=graph";

/** The stage once it has drawn: the still drawing below it is gone. */
async function stage(page: Page, address = GRAPH): Promise<Locator> {
  await open(page, address);
  await expect(page.locator(".graph > svg.still")).toHaveCount(0);
  return page.locator(".stage");
}

/** What a layer of the stage shows, as a number that changes when it does. */
async function look(page: Page, layer: "canvas" | "overlay" = "canvas"): Promise<number> {
  const selector = layer === "overlay" ? ".stage canvas.overlay" : ".stage canvas:not(.overlay)";
  return page.locator(selector).evaluate((canvas: HTMLCanvasElement) => {
    // On a canvas of our own: reading the page's would make its drawing slow, and the browser complain.
    const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true })!;
    copy.drawImage(canvas, 0, 0);
    const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
    let sum = 7;
    for (let i = 0; i < data.length; i += 4) sum = (sum * 31 + data[i]! + 3 * data[i + 3]!) | 0;
    return sum;
  });
}

/** Waits until the stage looks the same twice, in frames that follow each other after a gesture. */
async function settled(page: Page): Promise<number> {
  let before = await look(page);
  await expect
    .poll(async () => {
      const now = await look(page);
      const same = now === before;
      before = now;
      return same;
    }, { intervals: [200, 200, 300] })
    .toBe(true);
  return before;
}

/** The name on the card of the node at a place, none where there is none. */
async function nameAt(page: Page, x: number, y: number): Promise<string | undefined> {
  await page.mouse.move(x, y);
  // The card follows the mouse by the next frame.
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  const name = page.locator(".stage .hover b");
  return (await name.count()) === 0 ? undefined : (await name.textContent())!;
}

/** Finds a node by moving the mouse over the stage, from some height down, until a card appears; leaves it on its middle. */
async function overNode(page: Page, at: Locator, top = 0.3): Promise<{ x: number; y: number; name: string }> {
  const box = (await at.boundingBox())!;
  const card = page.locator(".stage .hover");
  for (let y = top; y < 0.8; y += 0.04) {
    for (let x = 0.3; x < 0.8; x += 0.02) {
      const place = { x: box.x + box.width * x, y: box.y + box.height * y };
      await page.mouse.move(place.x, place.y);
      if (!(await card.isVisible())) continue;
      const name = await nameAt(page, place.x, place.y);
      if (name) return { ...(await middle(page, place, name)), name };
    }
  }
  throw new Error("no node was found under the mouse");
}

/** The middle of the node that a place is on: held at its edge, it would be beside the mouse, and its neighbour below it. */
async function middle(page: Page, place: { x: number; y: number }, name: string): Promise<{ x: number; y: number }> {
  const end = async (dx: number, dy: number) => {
    let steps = 0;
    while (steps < 24 && (await nameAt(page, place.x + dx * (steps + 2), place.y + dy * (steps + 2))) === name) steps += 2;
    return steps;
  };
  place = { ...place, x: place.x + ((await end(1, 0)) - (await end(-1, 0))) / 2 };
  place = { ...place, y: place.y + ((await end(0, 1)) - (await end(0, -1))) / 2 };
  expect(await nameAt(page, place.x, place.y)).toBe(name);
  return place;
}

/** A place on the stage, not far from a node, with no other one around: where several lie, the card may be another's. */
async function freeSpot(page: Page, at: Locator, node: { x: number; y: number }): Promise<{ x: number; y: number }> {
  const box = (await at.boundingBox())!;
  const around = [[0, 0], [5, 0], [-5, 0], [0, 5], [0, -5]] as const;
  for (const [x, y] of [[90, 70], [-90, 70], [90, -70], [-90, -70], [0, 110], [0, -110], [130, 0], [-130, 0]] as const) {
    const place = { x: node.x + x, y: node.y + y };
    const inside = Math.abs(place.x - box.x - box.width / 2) < box.width / 2 - 30 && Math.abs(place.y - box.y - box.height / 2) < box.height / 2 - 30;
    // No card is shown outside of the stage, or below the fold, where the mouse does not come.
    if (!inside || place.y > page.viewportSize()!.height - 30) continue;
    let free = true;
    for (const [dx, dy] of around) free &&= (await nameAt(page, place.x + dx, place.y + dy)) === undefined;
    if (free) return place;
  }
  throw new Error("there is no free spot around the node");
}

test("dragging moves the picture, and a click is no drag", async ({ page }) => {
  const at = await stage(page);
  const box = (await at.boundingBox())!;
  const before = await settled(page);
  const corner = { x: box.x + box.width - 30, y: box.y + box.height - 30 };
  await page.mouse.move(corner.x, corner.y);
  await page.mouse.down();
  await page.mouse.move(corner.x - 120, corner.y - 60, { steps: 6 });
  await page.mouse.up();
  const moved = await settled(page);
  expect(moved).not.toBe(before);
  await page.getByRole("button", { name: "Fit" }).click();
  await expect.poll(() => look(page)).toBe(before);
});

test("a node that is dragged stays where it was put, through new answers, until the view is reset", async ({ page }) => {
  const at = await stage(page);
  const before = await settled(page);
  const node = await overNode(page, at);
  const spot = await freeSpot(page, at, node);
  await page.mouse.move(node.x, node.y);
  await expect(page.locator(".stage .hover b")).toHaveText(node.name);
  await page.mouse.down();
  await page.mouse.move((node.x + spot.x) / 2, (node.y + spot.y) / 2, { steps: 5 });
  await page.mouse.move(spot.x, spot.y, { steps: 5 });
  await page.mouse.up();
  await page.mouse.move(spot.x + 2, spot.y + 1);
  await expect(page.locator(".stage .hover b")).toHaveText(node.name);
  await expect(page.locator(".stage .chosen")).toHaveCount(0);
  const answer = page.waitForResponse((response) => response.url().includes("/fn/read/picture"));
  await page.request.post("/api/bursts", { data: { kind: "user_connections", count: 1, seed: 99 } });
  await answer;
  await page.mouse.move(spot.x + 1, spot.y);
  await expect(page.locator(".stage .hover b")).toHaveText(node.name);
  await page.mouse.move(0, 0);
  expect(await settled(page)).not.toBe(before);
  await page.getByRole("button", { name: "Reset view" }).click();
  await expect.poll(() => look(page)).toBe(before);
});

test("a node that is dragged away from all others leaves the rest where it is", async ({ page }) => {
  const at = await stage(page);
  const box = (await at.boundingBox())!;
  const node = await overNode(page, at, 0.02);
  await page.mouse.down();
  const corner = { x: box.x + 12, y: box.y + 12 };
  await page.mouse.move(corner.x, corner.y, { steps: 8 });
  await page.mouse.up();
  // The picture is not fitted around it: it is still under the mouse.
  await page.mouse.move(corner.x + 2, corner.y + 1);
  await expect(page.locator(".stage .hover b")).toHaveText(node.name);
});

test("a plain wheel scrolls the page and says how to zoom; with Ctrl it zooms", async ({ page }) => {
  const at = await stage(page);
  const before = await settled(page);
  await at.hover();
  await page.mouse.wheel(0, 120);
  await expect(page.getByText(/Hold Ctrl/)).toBeVisible();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(0);
  await expect(page.getByText(/Hold Ctrl/)).toHaveCount(0);
  await page.evaluate(() => window.scrollTo(0, 0));
  await at.hover({ position: { x: 20, y: 300 } });
  await page.keyboard.down("Control");
  await page.mouse.wheel(0, -300);
  await page.keyboard.up("Control");
  await expect.poll(() => look(page)).not.toBe(before);
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
});

test("the keyboard moves, zooms and fits", async ({ page }) => {
  const at = await stage(page);
  const before = await settled(page);
  await at.focus();
  for (const key of ["ArrowLeft", "ArrowDown", "+"]) {
    const now = await settled(page);
    await page.keyboard.press(key);
    await expect.poll(() => look(page), { message: key }).not.toBe(now);
  }
  await page.keyboard.press("0");
  await expect.poll(() => look(page)).toBe(before);
});

test("search lists what fits, Enter goes to the first, and the address keeps both", async ({ page, request }) => {
  const graph = (await (await request.get("/api/graphs/similar-buyers?limit=300")).json()) as Graph;
  const wanted = graph.nodes[5]!;
  await stage(page);
  await page.keyboard.press("/");
  const find = page.getByRole("searchbox", { name: /search/i });
  await expect(find).toBeFocused();
  await find.fill(wanted.label);
  const list = page.getByRole("list", { name: /Nodes/ });
  for (const item of await list.getByRole("button").all()) await expect(item).toContainText(wanted.label);
  await expect(page.getByRole("heading", { name: /match/ })).toBeVisible();
  await page.keyboard.press("Enter");
  const selected = list.locator("[aria-pressed=true]");
  await expect(selected).toContainText(wanted.label);
  await expect(page.locator(".stage .chosen b")).toHaveText(wanted.label);
  await expect(page).toHaveURL(/sel=user-\d+/);
  await expect(page).toHaveURL(/[?&]q=/);
  const address = page.url();
  await stage(page, address);
  await expect(page.getByRole("searchbox", { name: /search/i })).toHaveValue(wanted.label);
  await expect(page.locator(".stage .chosen b")).toHaveText(wanted.label);
  expect(page.url()).toBe(address);
});

test("the legend counts groups, and isolates one", async ({ page, request }) => {
  const graph = (await (await request.get("/api/graphs/similar-buyers?limit=300")).json()) as Graph;
  await stage(page);
  const before = await settled(page);
  const first = page.locator(".groups-list .key").first();
  const size = graph.nodes.filter((node) => node.group === 0).length;
  await expect(first).toContainText(graph.groups[0]!);
  await expect(first).toContainText(String(size));
  await first.click();
  await expect(first).toHaveAttribute("aria-pressed", "true");
  await expect.poll(() => look(page)).not.toBe(before);
  await first.click();
  await expect.poll(() => look(page)).toBe(before);
});

test("a node chosen in the list is selected, told, and lit up with its neighbours", async ({ page }) => {
  await stage(page);
  const dark = await look(page, "overlay");
  const item = page.getByRole("list", { name: /Nodes/ }).getByRole("button").nth(3);
  const name = (await item.locator("span").first().textContent())!;
  await item.press("Enter");
  await expect(item).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator(".graph [role=status]")).toContainText(`${name} selected`);
  await expect.poll(() => look(page, "overlay")).not.toBe(dark);
  await page.locator(".stage").focus();
  await page.keyboard.press("Escape");
  await expect(item).toHaveAttribute("aria-pressed", "false");
  await expect.poll(() => look(page, "overlay")).toBe(dark);
});

test("expanding adds a node's neighbours around it, and resetting takes them away", async ({ page, request }) => {
  const graph = (await (await request.get("/api/graphs/influencers?limit=300")).json()) as Graph;
  const known = new Set(graph.nodes.map((node) => `${node.kind} ${node.id}`));
  const asked = async (id: number) =>
    (await (await request.get(`/api/graphs/neighbours?kind=user&id=${id}&limit=20`)).json()) as { total: number; nodes: Node[] };
  const unknown = (nodes: Node[]) => nodes.filter((node) => !known.has(`${node.kind} ${node.id}`)).length;
  // The first whose neighbours are not all in the picture already.
  let hub = graph.nodes[0]!;
  let { total, nodes } = await asked(hub.id);
  for (const next of graph.nodes.slice(1)) {
    if (unknown(nodes) > 0) break;
    hub = next;
    ({ total, nodes } = await asked(hub.id));
  }
  expect(nodes.length).toBe(Math.min(20, total));
  await stage(page, `/insights/influencers?view=graph&sel=user-${hub.id}`);
  await page.locator(".stage").focus();
  await page.keyboard.press("Enter");
  const said = total > 20 ? `20 of ${total} neighbours` : `All ${total} neighbours`;
  await expect(page.locator(".stage .chosen")).toContainText(said);
  await expect(page.locator(".graph [role=status]")).toContainText(said);
  const added = unknown(nodes);
  expect(added).toBeGreaterThan(0);
  const legend = page.locator(".groups-list .key", { hasText: "Added neighbours" });
  await expect(legend).toContainText(String(added));
  await page.getByRole("button", { name: "Reset view" }).click();
  await expect(legend).toHaveCount(0);
  await expect(page).not.toHaveURL(/sel=/);
});

test("a double click expands as well", async ({ page }) => {
  const at = await stage(page, "/insights/top-products?view=graph");
  const node = await overNode(page, at);
  await page.mouse.dblclick(node.x, node.y);
  await expect(page.locator(".graph [role=status]")).toContainText(/neighbours? of/);
  await expect(page.locator(".stage .chosen b")).toHaveText(node.name);
});

test("the way back from a graph is open at any moment, also right after a node was chosen", async ({ page }) => {
  for (let round = 0; round < 6; round++) {
    await open(page, "/insights/best-rated");
    const views = page.locator(".insight .seg");
    await views.getByRole("link", { name: "Graph" }).click();
    await expect(page.locator(".side button").nth(9)).toBeVisible();
    for (const place of [6, 7, 8, 9]) await page.locator(".side button").nth(place).click();
    await page.goBack();
    await expect(page).toHaveURL(/best-rated$/);
    await views.getByRole("link", { name: "Table" }).click();
    await expect(page.locator(".insight table.numbers").first()).toBeVisible();
    await expect(page.locator(".not-live")).toHaveCount(0);
  }
});

test("neighbours of nobody are a sentence, not a crash", async ({ request }) => {
  const answer = await request.get("/api/graphs/neighbours?kind=user&id=999999999");
  expect(answer.status()).toBe(404);
  expect(await answer.json()).toEqual({ code: "unknown_node", message: "there is no user 999999999 in the graph" });
  for (const wrong of ["", "?kind=shop&id=7", "?kind=user", "?kind=user&id=x", "?kind=user&id=7&limit=0", "?kind=user&id=7&limit=201"]) {
    const refused = await request.get(`/api/graphs/neighbours${wrong}`);
    expect(refused.status(), wrong).toBe(400);
    expect((await refused.json()).message, wrong).toMatch(/ /);
  }
});

test("the picture can be taken away as a PNG that shows it", async ({ page }) => {
  const at = await stage(page);
  await settled(page);
  await page.locator(".export summary").click();
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /PNG/ }).click();
  const file = await download;
  expect(file.suggestedFilename()).toBe("similar-buyers.png");
  const bytes = readFileSync(await file.path());
  const { width, height, colours } = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.width, image.height);
    const colours = new Set<number>();
    let transparent = 0;
    for (let i = 0; i < data.length; i += 4) {
      colours.add((data[i]! << 16) | (data[i + 1]! << 8) | data[i + 2]!);
      if (data[i + 3] !== 255) transparent += 1;
    }
    return { width: image.width, height: image.height, colours: transparent ? 0 : colours.size };
  }, bytes.toString("base64"));
  const box = (await at.boundingBox())!;
  expect(Math.abs(width - 2 * box.width)).toBeLessThan(3);
  expect(Math.abs(height - 2 * box.height)).toBeLessThan(3);
  expect(colours).toBeGreaterThan(50);
});

for (const question of QUESTIONS) {
  test(`${question}: the drawing stands alone, and its tables have a row for each node and line`, async ({ page, request }) => {
    const graph = (await (await request.get(`/api/graphs/${question}?limit=120`)).json()) as Graph;
    for (const [theme, surface] of [["light", "#ffffff"], ["dark", "#131d24"]] as const) {
      const answer = await request.get(`/api/graphs/${question}.svg?limit=120&theme=${theme}`);
      expect(answer.headers()["content-type"]).toBe("image/svg+xml");
      const text = await answer.text();
      const parsed = await page.evaluate((text) => {
        const svg = new DOMParser().parseFromString(text, "image/svg+xml");
        return { error: svg.querySelector("parsererror")?.textContent, root: svg.documentElement.tagName, paths: svg.querySelectorAll("path").length };
      }, text);
      expect(parsed.error).toBeUndefined();
      expect(parsed.root).toBe("svg");
      expect(parsed.paths).toBeGreaterThan(2);
      expect(text).toContain(surface);
      expect(text).not.toMatch(/var\(|<script|style=/);
    }
    for (const [table, rows, head] of [
      ["nodes", graph.nodes.length, "kind,id,label,group,weight,detail,x,y"],
      ["edges", graph.edges.length, "from_kind,from_id,from_label,to_kind,to_id,to_label,weight"],
    ] as const) {
      const answer = await request.get(`/api/graphs/${question}/${table}.csv?limit=120`);
      expect(answer.headers()["content-type"]).toContain("text/csv");
      expect(answer.headers()["content-disposition"]).toContain(`filename="${question}-${table}.csv"`);
      const lines = (await answer.text()).split("\r\n");
      expect(lines[0]).toBe(`\ufeff${head}`);
      expect(lines.length).toBe(rows + 2);
      expect(lines.slice(1, -1).filter((line) => /(^|,)"?[=+@\t]/.test(line))).toEqual([]);
    }
  });
}

test("what a page is asked with is what its graph shows, on the page, by the API and in its files", async ({ page, request }) => {
  await stage(page, "/insights/influencers?view=graph");
  await page.getByLabel("Rows").selectOption("3");
  await expect(page.locator(".graph")).toContainText("of the 3 influencers");
  await page.locator(".export summary").click();
  const file = await page.getByRole("link", { name: /Nodes/ }).getAttribute("href");
  expect(file).toBe("/api/graphs/influencers/nodes.csv?limit=300&rows=3");
  const { answer } = await (await request.get("/api/queries/influencers?limit=3")).json();
  const graph = (await (await request.get("/api/graphs/influencers?rows=3")).json()) as Graph;
  expect(graph.nodes.filter((node) => node.detail.includes("followers")).map((node) => node.id)).toEqual(answer.map((row: { user: number }) => row.user));

  await stage(page, "/insights/top-products?view=graph&days=7&limit=2");
  await expect(page.locator(".graph")).toContainText("bought in the last 7 days");
  const sold = (await (await request.get("/api/graphs/top-products?days=7&rows=2")).json()) as Graph;
  expect(sold.nodes.filter((node) => node.kind === "product")).toHaveLength(2 * sold.groups.length);

  const rated = (await (await request.get("/api/graphs/best-rated?rows=4&min_ratings=1")).json()) as Graph;
  const best = (await (await request.get("/api/queries/best-rated?limit=4&min_ratings=1")).json()) as { answer: { product: number }[] };
  expect(rated.nodes.filter((node) => node.kind === "product").map((node) => node.id)).toEqual(best.answer.map((row) => row.product));
});

test("a choice that makes no difference to a graph is not offered beside it, and stays chosen", async ({ page }) => {
  await open(page, "/insights/similar-buyers?limit=25");
  await expect(page.getByLabel("Rows")).toHaveValue("25");
  await page.getByRole("link", { name: "Graph", exact: true }).click();
  await expect(page.locator(".stage")).toBeVisible();
  await expect(page.getByLabel("Rows")).toHaveCount(0);
  await page.getByRole("link", { name: "Table", exact: true }).click();
  await expect(page.getByLabel("Rows")).toHaveValue("25");
});

test("what is no graph, theme or table is refused in a sentence", async ({ request }) => {
  for (const [address, status] of [
    ["/api/graphs/nothing.svg", 404],
    ["/api/graphs/nothing/nodes.csv", 404],
    ["/api/graphs/top-products/rows.csv", 404],
    ["/api/graphs/top-products.svg?theme=pink", 400],
    ["/api/graphs/top-products/nodes.csv?limit=0", 400],
  ] as const) {
    const answer = await request.get(address);
    expect(answer.status(), address).toBe(status);
    expect((await answer.json()).message, address).toMatch(/ /);
  }
});

test.describe("on a phone", () => {
  test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

  test("a tap selects, two fingers zoom, and nothing is wider than the screen", async ({ page }) => {
    const at = await stage(page, "/insights/influencers?view=graph");
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await at.scrollIntoViewIfNeeded();
    const before = await settled(page);
    const box = (await at.boundingBox())!;
    const session = await page.context().newCDPSession(page);
    const fingers = (spread: number) => [
      { x: box.x + box.width / 2 - spread, y: box.y + box.height / 2, id: 0 },
      { x: box.x + box.width / 2 + spread, y: box.y + box.height / 2, id: 1 },
    ];
    await session.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: fingers(30) });
    for (const spread of [40, 55, 70]) await session.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: fingers(spread) });
    await session.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
    await expect.poll(() => look(page)).not.toBe(before);
    await page.getByRole("button", { name: "Fit" }).tap();
    await page.getByRole("list", { name: /Nodes/ }).getByRole("button").first().tap();
    await expect(page.locator(".stage .chosen")).toBeVisible();
    await page.locator(".stage .chosen").getByRole("button", { name: "Expand" }).tap();
    await expect(page.locator(".graph [role=status]")).toContainText(/neighbours? of/);
  });
});

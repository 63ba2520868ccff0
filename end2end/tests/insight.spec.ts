// Each of the four questions: a sentence, a chart, a graph to walk in, a table to sort, the query, and files to take along.
import { readFile } from "node:fs/promises";

import type { Download, Page } from "@playwright/test";

import { QUESTIONS, THEMES, choose, expect, open, sideways, test } from "./fixture.ts";

const TABS = ["Graph", "Table", "Query"] as const;

/** The cells of a CSV as RFC 4180 has it, without its byte order mark. */
function rows(csv: string): string[][] {
  expect(csv.startsWith("\ufeff"), "a byte order mark").toBe(true);
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of csv.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    row.push(quoted === undefined ? plain! : quoted.replaceAll('""', '"'));
    if (end !== ",") {
      rows.push(row);
      row = [];
    }
  }
  return rows;
}

/** Presses an entry of the export menu, and gives the file that comes. */
async function exported(page: Page, name: RegExp): Promise<Download> {
  await page.locator("main summary", { hasText: "Export" }).click();
  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name }).click()]);
  return download;
}

async function text(download: Download) {
  return readFile(await download.path(), "utf8");
}

for (const question of QUESTIONS) {
  test(`${question} shows its chart, and the server drew it`, async ({ page, request }) => {
    const html = await (await request.get(`/insights/${question}`)).text();
    expect(html).toMatch(/<svg[^>]*role="img"/);
    await open(page, `/insights/${question}`);
    await expect(page.locator("main svg[role=img]").first()).toBeVisible();
    expect(await page.locator("main figure").first().locator("svg :is(rect, path, circle)").count()).toBeGreaterThan(4);
    await expect(page.locator("main figure figcaption").first()).toBeVisible();
    expect(await page.locator("main table tbody tr").count()).toBeGreaterThan(2);
    await expect(page.locator("main .answer")).toHaveText(/\w+ \w+.*\.$/);
  });

  test(`${question} shows its graph`, async ({ page }) => {
    await open(page, `/insights/${question}?view=graph`);
    const picture = page.locator("main canvas, main svg[role=img]").locator("visible=true").first();
    await expect(picture).toBeVisible();
    const box = await picture.boundingBox();
    expect(box!.width).toBeGreaterThan(300);
    expect(box!.height).toBeGreaterThan(200);
  });

  test(`${question} shows its numbers as a table`, async ({ page }) => {
    await open(page, `/insights/${question}?view=table`);
    await expect(page.locator("main table").first()).toBeVisible();
    expect(await page.locator("main table").first().locator("tbody tr").count()).toBeGreaterThan(2);
  });

  test(`${question} goes from tab to tab, and the address says which`, async ({ page }) => {
    await open(page, `/insights/${question}`);
    const tabs = page.getByRole("navigation", { name: "View" });
    for (const name of TABS) {
      await tabs.getByRole("link", { name, exact: true }).click();
      await expect(page).toHaveURL(new RegExp(`view=${name.toLowerCase()}`));
      await expect(tabs.getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", "page");
    }
    await page.goBack();
    await expect(page).toHaveURL(/view=table/);
    await expect(page.locator("main table").first()).toBeVisible();
  });

  test(`${question} tells what it asks the store, to copy`, async ({ page, context, request, baseURL }) => {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: baseURL! });
    await open(page, `/insights/${question}?view=query&limit=7`);
    const { embedded } = (await (await request.get("/api/status")).json()).graph;
    const headings = page.locator(".recipe h2");
    await expect(headings).toHaveText(embedded ? ["What runs here: SQL", "The same on Neo4j: Cypher"] : ["What runs: Cypher"]);
    const step = page.locator(".recipe").last().locator("li").first();
    const statement = step.locator("pre").first();
    await expect(statement).toHaveText(/MATCH[^]*RETURN/);
    await step.getByRole("button", { name: /^Copy/ }).first().click();
    await expect(step.getByRole("status").first()).toHaveText("Copied");
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await statement.textContent());
    // The answer's own facts stand below it, as below the other views.
    await expect(page.locator("main .foot")).toHaveText(/Answered in .* rows?.* as of \d\d:\d\d:\d\d/);
  });

  test(`${question} is taken along as CSV with the numbers of the API`, async ({ page, request }) => {
    await open(page, `/insights/${question}?limit=4`);
    const download = await exported(page, /^CSV the rows/);
    expect(download.suggestedFilename()).toMatch(new RegExp(`^sluice-${question}-\\d{4}-\\d\\d-\\d\\d\\.csv$`));
    const [head, ...body] = rows(await text(download));
    const { answer } = await (await request.get(`/api/queries/${question}?limit=4`)).json();
    const expected: Record<string, unknown>[] = Array.isArray(answer)
      ? answer
      : Object.entries<Record<string, unknown>[]>(answer).flatMap(([category, products]) => products.map((product) => ({ category, ...product })));
    expect(body.length).toBe(expected.length);
    for (const [at, row] of body.entries()) {
      for (const [column, name] of head!.entries()) {
        const value = expected[at]![name];
        if (name === "users" || name.startsWith("stars_")) continue;
        expect(row[column], `${name} of row ${at}`).toBe(value === null ? "" : String(value));
      }
    }
  });

  test(`${question} is taken along as JSON, as a drawing and as a picture`, async ({ page, request }) => {
    await open(page, `/insights/${question}?limit=4`);
    const json = await exported(page, /^JSON/);
    expect(json.suggestedFilename()).toMatch(/\.json$/);
    const { answer } = await (await request.get(`/api/queries/${question}?limit=4`)).json();
    expect(JSON.parse(await text(json)).answer).toEqual(answer);

    const svg = await text(await exported(page, /^SVG/));
    const drawn = await page.evaluate((source) => {
      const document = new DOMParser().parseFromString(source, "image/svg+xml");
      const svg = document.documentElement;
      return {
        error: document.querySelector("parsererror")?.textContent ?? null,
        rects: document.querySelectorAll("rect").length,
        title: document.querySelector("title")?.textContent,
        strangers: /href|url\(|var\(|@import/.test(source),
        size: [svg.getAttribute("width"), svg.getAttribute("height")].map(Number),
      };
    }, svg);
    expect(drawn.error).toBeNull();
    expect(drawn.rects).toBeGreaterThan(4);
    expect(drawn.strangers).toBe(false);
    expect(drawn.title).toBe(await page.locator("main .answer").textContent());

    const png = await exported(page, /^PNG/);
    expect(png.suggestedFilename()).toBe(`sluice-${question}.png`);
    const bytes = await readFile(await png.path());
    const picture = await page.evaluate(async (base64) => {
      const image = new Image();
      image.src = `data:image/png;base64,${base64}`;
      await image.decode();
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext("2d")!;
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, canvas.width, canvas.height).data.buffer);
      const colours = new Map<number, number>();
      for (const pixel of pixels) colours.set(pixel, (colours.get(pixel) ?? 0) + 1);
      const ground = Math.max(...colours.values());
      return { size: [canvas.width, canvas.height], colours: colours.size, inked: 1 - ground / pixels.length };
    }, bytes.toString("base64"));
    expect(picture.size).toEqual(drawn.size.map((side) => side * 2));
    expect(picture.colours).toBeGreaterThan(10);
    expect(picture.inked).toBeGreaterThan(0.02);
  });
}

test("a limit in the address is the number of rows", async ({ page }) => {
  await open(page, "/insights/influencers?view=table&limit=4");
  await expect(page.locator("main table").first().locator("tbody tr")).toHaveCount(4);
});

test("what is chosen stands in the address, and an address is chosen", async ({ page }) => {
  await open(page, "/insights/top-products?days=7&limit=3");
  await expect(page.getByLabel("Days", { exact: true })).toHaveValue("7");
  await expect(page.locator("main .answer")).toContainText("in the last 7 days");
  await page.getByLabel("Days", { exact: true }).selectOption("90");
  await expect(page).toHaveURL(/days=90&limit=3/);
  await expect(page.locator("main .answer")).toContainText("in the last 90 days");
  await open(page, "/insights/best-rated?min=17");
  await expect(page.getByLabel("Least ratings")).toHaveValue("17");
});

test("a wrong value in the address gets a sentence, and the page stays", async ({ page }) => {
  await open(page, "/insights/influencers?limit=many&view=hologram");
  await expect(page.locator("main")).toContainText("Rows is a whole number from 1 to 1,000, not “many”: this is with 10.");
  await expect(page.locator("main")).toContainText("There is no view “hologram”: this is the chart.");
  await expect(page.locator("main figure")).toBeVisible();
});

test("a table is sorted by its heads, by keyboard too, and the address says by which", async ({ page }) => {
  await open(page, "/insights/top-products?view=table");
  const column = async (at: number) => (await page.locator("main tbody tr").locator(`td:nth-child(${at})`).allTextContents()).map((cell) => cell.replaceAll(",", ""));
  const units = page.getByRole("columnheader", { name: "Units" });
  await units.getByRole("link").focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(/sort=-units/);
  await expect(units).toHaveAttribute("aria-sort", "descending");
  const numbers = (await column(5)).map(Number);
  expect(numbers).toEqual(numbers.toSorted((a, b) => b - a));
  await units.getByRole("link").click();
  await expect(units).toHaveAttribute("aria-sort", "ascending");
  await expect(units.getByRole("link")).toBeFocused();
  await page.getByRole("columnheader", { name: "Product" }).getByRole("link").click();
  await expect(page).toHaveURL(/sort=product/);
  const names = await column(2);
  expect(names).toEqual(names.toSorted((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
});

test("a row is found, and what is looked for stays while the view changes", async ({ page }) => {
  await open(page, "/insights/influencers?view=table&limit=50");
  const name = (await page.locator("main tbody tr").nth(7).locator("td").nth(1).textContent())!;
  await page.getByLabel("Find a row").fill(name);
  await expect(page).toHaveURL(/[?&]q=/);
  await expect(page.locator(".found")).toContainText(/\d+ of 50 rows/);
  await expect(page.locator("main tbody tr").first()).toContainText(name);
  await expect(page.getByLabel("Find a row")).toBeFocused();
  await page.getByLabel("Find a row").fill("nobody has this name");
  await expect(page.locator("main tbody tr")).toHaveCount(0);
  await page.getByRole("link", { name: "Show all" }).click();
  await expect(page.locator("main tbody tr")).toHaveCount(50);
});

test("a bar tells all that is known of it to who reaches it by keyboard", async ({ page }) => {
  await open(page, "/insights/top-products");
  const bar = page.locator("main .bars li").first();
  await expect(bar.locator(".tip")).toBeHidden();
  await page.locator("main summary", { hasText: "Export" }).focus();
  await page.keyboard.press("Tab");
  await expect(bar).toBeFocused();
  await expect(bar.locator(".tip")).toBeVisible();
  await expect(bar.locator(".tip")).toHaveText(/purchases? · .* units?/);
});

test("the export menu closes by Escape and gives the focus back", async ({ page }) => {
  await open(page, "/insights/influencers");
  const summary = page.locator("main summary", { hasText: "Export" });
  await summary.press("Enter");
  await expect(page.getByRole("link", { name: /^SVG/ })).toBeVisible();
  await page.getByRole("link", { name: /^SVG/ }).focus();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("link", { name: /^SVG/ })).toBeHidden();
  await expect(summary).toBeFocused();
});

test.describe("a question that gets no answer", () => {
  test.use({ expectedErrors: [/net::ERR_FAILED|503/] });

  test("is told in a sentence, keeps the last answer with its time, and is asked again", async ({ page }) => {
    await open(page, "/insights/influencers");
    const shown = await page.locator("main .answer").textContent();
    await page.route("**/fn/read/influencers*", (route) => route.abort());
    await page.getByLabel("Rows").selectOption("25");
    await expect(page.locator(".trouble")).toContainText(/This is the answer as of \d\d:\d\d:\d\d\. \w.*[.?]/);
    await expect(page.locator("main .answer")).toHaveText(shown!);
    await expect(page.locator("main .bars li")).not.toHaveCount(0);
    await page.unroute("**/fn/read/influencers*");
    // By hand, or by the next beat: whichever is first.
    await page.getByRole("button", { name: "Try again" }).click({ timeout: 3_000 }).catch(() => undefined);
    await expect(page.locator(".trouble")).toHaveCount(0);
    await expect(page.locator("main .axis ~ *, main .bars li")).not.toHaveCount(0);
    await expect(page.locator("main .foot")).toContainText("25 rows");
  });

  test("says so on a page that never had one, and the button brings it", async ({ page }) => {
    await open(page, "/");
    await page.route("**/fn/read/best-rated*", (route) => route.fulfill({ status: 503, json: { code: "store_unavailable", message: "the graph does not answer: it is away" } }));
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Best rated" }).click();
    await expect(page.locator(".trouble")).toContainText("There is no answer. The graph does not answer: it is away.");
    await page.unroute("**/fn/read/best-rated*");
    await page.getByRole("button", { name: "Try again" }).click({ timeout: 3_000 }).catch(() => undefined);
    await expect(page.locator("main .stars li")).not.toHaveCount(0);
    await expect(page.locator(".trouble")).toHaveCount(0);
  });
});

test("an answer that is empty says why, and what may help", async ({ page }) => {
  await open(page, "/insights/best-rated?min=1000000");
  await expect(page.locator("main .answer")).toHaveText("No product has 1,000,000 ratings yet.");
  await expect(page.locator(".nothing").getByRole("link", { name: "Simulate events" })).toBeVisible();
  await page.getByRole("link", { name: "Count every product that was rated" }).click();
  await expect(page).toHaveURL(/min=1$/);
  await expect(page.locator("main .stars li")).not.toHaveCount(0);
});

test("the drawing of nothing, an unknown format and an unknown theme are answered", async ({ request }) => {
  const nothing = await request.get("/api/charts/best-rated.svg?min_ratings=1000000");
  expect(nothing.status()).toBe(200);
  expect(await nothing.text()).toContain("There is nothing to draw yet.");
  for (const address of ["/api/queries/influencers?format=xlsx", "/api/charts/influencers.svg?theme=sepia", "/api/charts/influencers.png", "/api/charts/nothing.svg"]) {
    const answer = await request.get(address);
    expect([400, 404], address).toContain(answer.status());
    expect(await answer.json()).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\w+ \w+/) });
  }
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("choices are a form, tables are sorted, statements are read, and files are links", async ({ page, request }) => {
    await page.goto("/insights/best-rated?view=table");
    await page.getByLabel("Least ratings").selectOption("2");
    await page.getByRole("button", { name: "Apply" }).click();
    await expect(page).toHaveURL(/min=2/);
    await expect(page).toHaveURL(/view=table/);
    await page.getByRole("columnheader", { name: "Ratings" }).getByRole("link").click();
    await expect(page.getByRole("columnheader", { name: "Ratings" })).toHaveAttribute("aria-sort", "descending");
    await page.getByRole("link", { name: "Query", exact: true }).click();
    await expect(page.locator("pre").first()).toContainText(/SELECT|MATCH/);
    await expect(page.getByRole("button", { name: /^Copy/ })).toHaveCount(0);
    await page.locator("main summary", { hasText: "Export" }).click();
    await expect(page.getByRole("link", { name: /^PNG/ })).toBeHidden();
    const csv = await request.get((await page.getByRole("link", { name: /^CSV/ }).getAttribute("href"))!);
    expect(csv.headers()["content-disposition"]).toMatch(/attachment; filename="sluice-best-rated-/);
    expect(rows(await csv.text()).length).toBeGreaterThan(2);
  });
});

test("on a phone nothing but the table itself scrolls sideways", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const question of QUESTIONS) {
    for (const view of ["chart", "table", "query"]) {
      await open(page, `/insights/${question}?view=${view}`);
      const overflow = await sideways(page);
      expect.soft(overflow, `${question} ${view}`).toBeLessThanOrEqual(0);
      await page.locator("main summary", { hasText: "Export" }).click();
      const menu = (await page.locator(".menu ul").boundingBox())!;
      expect.soft(menu.x, `the menu of ${question} ${view}`).toBeGreaterThanOrEqual(0);
      expect.soft(menu.x + menu.width, `the menu of ${question} ${view}`).toBeLessThanOrEqual(390);
    }
  }
});

for (const theme of THEMES) {
  test(`axe finds nothing about the query tab and an open menu in the ${theme} theme`, async ({ page, baseURL }) => {
    const { AxeBuilder } = await import("@axe-core/playwright");
    await choose(page, theme, baseURL!);
    for (const question of QUESTIONS) {
      await open(page, `/insights/${question}?view=query`);
      await page.locator("main summary", { hasText: "Export" }).click();
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
      expect.soft(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.failureSummary) })), question).toEqual([]);
    }
  });
}

// Each of the four questions: a sentence, a chart, a graph to walk in, a table.
import { QUESTIONS, expect, open, test } from "./fixture.ts";

for (const question of QUESTIONS) {
  test(`${question} shows its chart, and the server drew it`, async ({ page, request }) => {
    const html = await (await request.get(`/insights/${question}`)).text();
    expect(html).toMatch(/<svg[^>]*role="img"/);
    await open(page, `/insights/${question}`);
    await expect(page.locator("main svg[role=img]").first()).toBeVisible();
    expect(await page.locator("main figure").first().locator("svg :is(rect, path, circle)").count()).toBeGreaterThan(4);
    await expect(page.locator("main figure figcaption").first()).toBeVisible();
    expect(await page.locator("main table tbody tr").count()).toBeGreaterThan(2);
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
    const tabs = page.locator("main");
    await tabs.getByRole("link", { name: "Graph", exact: true }).or(tabs.getByRole("tab", { name: "Graph", exact: true })).click();
    await expect(page).toHaveURL(/view=graph/);
    await tabs.getByRole("link", { name: "Table", exact: true }).or(tabs.getByRole("tab", { name: "Table", exact: true })).click();
    await expect(page).toHaveURL(/view=table/);
    await expect(page.locator("main table").first()).toBeVisible();
    await page.goBack();
    await expect(page).toHaveURL(/view=graph/);
  });
}

test("a limit in the address is the number of rows", async ({ page }) => {
  await open(page, "/insights/influencers?view=table&limit=4");
  await expect(page.locator("main table").first().locator("tbody tr")).toHaveCount(4);
});

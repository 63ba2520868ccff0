// The journey that matters most: a button, a thousand records through Kafka into the graph, and back as bars.
import { QUESTIONS, expect, hydrated, open, test, type Burst } from "./fixture.ts";

test("a thousand purchases are sent, acknowledged and stored, and the bars grow without a reload", async ({ page, context }) => {
  const chartPage = await context.newPage();
  await open(chartPage, "/insights/top-products");
  await chartPage.evaluate(() => Object.assign(window, { notReloaded: true }));
  const bars = chartPage.locator("main figure").first();
  const before = await bars.innerHTML();

  await open(page, "/simulate");
  await page.getByRole("button", { name: "Send 1,000 purchases" }).click();
  for (const counter of ["sent", "acked", "stored"]) {
    await expect(page.getByTestId(`burst-purchases-${counter}`).first()).toHaveText("1,000");
  }

  await chartPage.bringToFront();
  await expect.poll(() => bars.innerHTML(), { message: "the bars change" }).not.toBe(before);
  expect(await chartPage.evaluate(() => "notReloaded" in window)).toBe(true);
});

test("what the chart shows is what the question's API answers", async ({ page, request }) => {
  await open(page, "/insights/influencers?view=table&limit=3");
  const { answer } = await (await request.get("/api/queries/influencers?limit=3")).json();
  const table = page.locator("main table").first();
  for (const { name, followers } of answer as { name: string; followers: number }[]) {
    const row = table.getByRole("row").filter({ hasText: name });
    await expect(row.first()).toContainText(followers.toLocaleString("en-US"));
  }
});

test("the other producers' buttons work too", async ({ page }) => {
  await open(page, "/simulate");
  await page.getByRole("button", { name: "Send 1,000 interactions" }).click();
  await expect(page.getByTestId("burst-product_interactions-stored").first()).toHaveText("1,000");
  await page.getByRole("button", { name: "Send 1,000 connections" }).click();
  await expect(page.getByTestId("burst-user_connections-stored").first()).toHaveText("1,000");
});

test("a visitor walks from page to page without loading one anew", async ({ page }) => {
  await open(page, "/");
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  for (const question of QUESTIONS) {
    await page.locator(`nav a[href$="/insights/${question}"]`).first().click();
    await expect(page).toHaveURL(new RegExp(`/insights/${question}`));
    await expect(page.locator("main").getByRole("img").first()).toBeVisible();
  }
  await page.goBack();
  await expect(page).toHaveURL(/best-rated/);
  expect(await page.evaluate(() => "notReloaded" in window)).toBe(true);
});

test("broken records become dead letters that a page shows, and the rest is stored", async ({ page, request }) => {
  const answer = await request.post("/api/bursts", { data: { kind: "purchases", count: 50, poison: 5 } });
  const { id } = (await answer.json()) as Burst;
  await expect
    .poll(async () => (await request.get(`/api/bursts/${id}`)).json(), { timeout: 30_000 })
    .toMatchObject({ sent: 50, acked: 50, stored: 45, dead_lettered: 5, done: true });
  const { dead_letters: letters } = await (await request.get("/api/dead-letters?topic=purchases")).json();
  expect(letters.length).toBeGreaterThanOrEqual(5);
  expect(letters[0]).toMatchObject({ topic: "purchases", reason: expect.any(String), message: expect.any(String) });

  await open(page, "/dead-letters");
  // The page makes a sentence of it: a capital, a full stop.
  await expect(page.locator("main")).toContainText(letters[0].message, { ignoreCase: true });
});

test("an overview left open keeps up with what happens", async ({ page, request }) => {
  await open(page, "/");
  const shown = page.locator("main");
  const { graph } = await (await request.get("/api/status")).json();
  const wanted = (graph.counts.transactions + 123).toLocaleString("en-US");
  await request.post("/api/bursts", { data: { kind: "purchases", count: 123 } });
  await expect(shown).toContainText(wanted);
  await page.reload();
  await hydrated(page);
  await expect(shown).toContainText(wanted);
});

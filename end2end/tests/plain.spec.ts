// Without JavaScript every page reads, and a burst is an ordinary form.
import { PAGES, QUESTIONS, expect, test } from "./fixture.ts";

test.use({ javaScriptEnabled: false });

test("every page reads", async ({ page }) => {
  for (const address of Object.values(PAGES)) {
    const response = await page.goto(address);
    expect(response?.status(), address).toBe(200);
    await expect(page.getByRole("heading", { level: 1 }), address).toBeVisible();
  }
});

test("the charts are there", async ({ page }) => {
  for (const question of QUESTIONS) {
    await page.goto(`/insights/${question}`);
    await expect(page.locator("main svg[role=img]").first(), question).toBeVisible();
  }
});

test("the graphs are there", async ({ page }) => {
  for (const question of QUESTIONS) {
    await page.goto(`/insights/${question}?view=graph`);
    await expect(page.locator("main svg").locator("visible=true").first(), question).toBeVisible();
  }
});

test("what is chosen for a graph is a form, which keeps how many nodes there are", async ({ page }) => {
  await page.goto("/insights/influencers?view=graph&nodes=100");
  await page.getByLabel("Rows").selectOption("3");
  await page.getByRole("button", { name: "Apply" }).click();
  await expect(page).toHaveURL(/view=graph&limit=3&nodes=100/);
  await expect(page.locator(".graph")).toContainText("of the 3 influencers");
});

test("a page hands over what it is drawn from once: asked twice, the browser could begin with another answer than is drawn", async ({ request }) => {
  for (const question of QUESTIONS) {
    for (const [view, answers] of [["chart", 1], ["table", 1], ["graph", 2], ["query", 2]] as const) {
      const address = `/insights/${question}?view=${view}`;
      const html = await (await request.get(address)).text();
      // The first is the status and the visitor's choices.
      expect(html.match(/__RESOLVED_RESOURCES\[\d+\] = /g), address).toHaveLength(1 + answers);
    }
  }
});

test("a burst is sent by a form, and the page that comes back tells of it", async ({ page, request }) => {
  const before = (await (await request.get("/api/status")).json()).bursts.map((burst: { id: string }) => burst.id);
  await page.goto("/simulate");
  await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
  await expect(page).toHaveURL(/\/simulate/);
  await expect
    .poll(async () => {
      const { bursts } = await (await request.get("/api/status")).json();
      return bursts.filter((burst: { id: string }) => !before.includes(burst.id));
    })
    .toMatchObject([{ kind: "purchases", count: 10, stored: 10, done: true }]);
  await page.reload();
  await expect(page.getByTestId("burst-purchases-stored").first()).toHaveText("10");
});

test("own number, seed and broken records are a form too, and what is wrong is a sentence", async ({ page, request }) => {
  await page.goto("/simulate");
  await page.getByLabel("Another number of connections").fill("25");
  await page.getByLabel("Seed, connections").fill("9");
  await page.getByRole("switch", { name: "Some connections are broken" }).check();
  await page.getByLabel("How many connections are broken").fill("4");
  await page.getByRole("button", { name: "Send own number of connections" }).click();
  await expect(page).toHaveURL(/\/simulate/);
  const newest = async () => (await (await request.get("/api/status")).json()).bursts[0];
  await expect.poll(newest).toMatchObject({ kind: "user_connections", count: 25, seed: 9, poison: 4, stored: 21, dead_lettered: 4, done: true });
  await page.getByLabel("Another number of connections").fill("many");
  await page.getByRole("button", { name: "Send own number of connections" }).click();
  await expect(page.getByRole("alert")).toContainText('"many" is no number of events');
});

test("a producer is started and stopped by a form", async ({ page }) => {
  await page.goto("/simulate");
  const row = page.getByRole("region", { name: "Producers" }).getByRole("listitem").filter({ hasText: "Purchases" });
  await row.getByRole("button", { name: "Start producing purchases" }).click();
  await expect(row.getByText("running")).toBeVisible();
  await row.getByRole("button", { name: "Stop producing purchases" }).click();
  await expect(row.getByText("stopped")).toBeVisible();
});

// The front page: the pipeline in words, the books, the answers in small, what happened, and how it all begins.
import { QUESTIONS, arrived, burst, expect, open, test } from "./fixture.ts";

test("each stage of the pipeline says in a word how it is", async ({ page }) => {
  await open(page, "/");
  const picture = page.getByRole("group", { name: /Three producers send to three topics/ });
  for (const [stage, word] of [["Purchases", "idle"], ["user_connections", "no lag"], ["/s", "running"], ["Embedded store|Neo4j", "answers"]] as const) {
    const box = picture.locator("g").filter({ hasText: new RegExp(stage) }).filter({ hasText: word });
    await expect(box.first(), `${stage}: ${word}`).toBeVisible();
  }
});

test("a producer's word and rate change as it runs", async ({ page, request }) => {
  await open(page, "/");
  const picture = page.getByRole("group", { name: /Three producers send to three topics/ });
  const box = picture.locator("g").filter({ hasText: /Interactions/ });
  await request.put("/api/producers/product_interactions", { data: { running: true, rate_per_second: 120 } });
  await expect(box).toContainText("running");
  await expect(box).toContainText(/1[012]\d \/s/);
  await request.put("/api/producers/product_interactions", { data: { running: false } });
  await expect(box).toContainText("idle");
});

test("the books add up, in numbers that anybody can check", async ({ page }) => {
  await open(page, "/");
  const text = await page.getByTestId("books").textContent();
  const [read, stored, repeated, dead] = text!.match(/[\d,]+/g)!.map((number) => Number(number.replaceAll(",", "")));
  expect(read).toBeGreaterThan(0);
  expect(stored! + repeated! + dead!).toBe(read);
  await expect(page.getByRole("group", { name: "The pipeline in four numbers" })).toContainText("balance");
});

test("each answer in small opens its page, wherever it is clicked", async ({ page }) => {
  for (const question of QUESTIONS) {
    await open(page, "/");
    const link = page.locator(`a[href="/insights/${question}"]`);
    const card = page.locator("main section").filter({ has: link });
    await expect(card.getByRole("img").first()).toBeVisible();
    await card.click({ position: { x: 40, y: 150 } });
    await expect(page).toHaveURL(new RegExp(`/insights/${question}`));
  }
});

test("what happened is told with its time, newest first", async ({ page, request }) => {
  await open(page, "/");
  const list = page.getByRole("region", { name: "What happened" });
  await burst(request, { kind: "user_connections", count: 61 });
  await expect(list.getByRole("listitem").filter({ hasText: "61 connections stored in" })).toBeVisible();
  const { id } = await (await request.post("/api/bursts", { data: { kind: "purchases", count: 40, poison: 2 } })).json();
  await arrived(request, id);
  await expect(list.getByRole("listitem").filter({ hasText: /38 of 40 purchases stored in .*, 2 dead letters/ })).toBeVisible();
  const buried = list.getByRole("listitem").filter({ hasText: /\d+ records? of purchases could not be stored/ }).first();
  await expect(buried).toBeVisible();
  const times = await list.locator("time").evaluateAll((all) => all.map((time) => time.getAttribute("datetime")));
  expect(times).toEqual([...times].sort().reverse());
  await buried.getByRole("link").click();
  await expect(page).toHaveURL(/\/dead-letters\?topic=purchases$/);
});

test("a sink that is paused and resumed is news", async ({ page, request }) => {
  await open(page, "/");
  const list = page.getByRole("region", { name: "What happened" });
  const news = (text: string) => list.getByRole("listitem").filter({ hasText: text }).first();
  await request.post("/api/connectors/user_connections/pause");
  await expect(news("The sink user_connections was paused")).toBeVisible();
  await request.post("/api/connectors/user_connections/resume");
  await expect(news("The sink user_connections was resumed")).toBeVisible();
  const link = news("The sink user_connections was paused").getByRole("link");
  await expect(link).toHaveAttribute("href", "/connectors?sel=user_connections");
  await expect.poll(async () => (await (await request.get("/api/status")).json()).connectors[2].state, { timeout: 30_000 }).toBe("RUNNING");
});

test("an empty graph explains itself, and the first burst fills it", async ({ page, own }) => {
  const server = own(1);
  await server.start();
  await open(page, `${server.address}/`);
  const first = page.getByRole("region", { name: "Begin here" });
  await expect(first.getByRole("heading", { name: "The graph is empty. Fill it." })).toBeVisible();
  await expect(first.getByRole("listitem")).toHaveCount(3);
  await expect(page.getByTestId("books")).toHaveText("nothing has been read yet");
  await expect(page.getByRole("region", { name: "What happened" })).toContainText(/Sluice [\d.]+ started on/);
  await first.getByRole("button", { name: "Send 1,000 purchases" }).click();
  await expect(first).toHaveCount(0);
  await expect(page.getByTestId("books")).toHaveText("1,000 read = 1,000 stored + 0 repeated + 0 dead");
  await expect(page.locator("section").filter({ hasText: "Top products" }).getByRole("img").first()).toBeVisible();
  await expect(page.getByRole("region", { name: "What happened" })).toContainText("1,000 purchases stored in");
});

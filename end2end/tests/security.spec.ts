// No page breaks its own policy, and what a record says stays text on all of them.
import { PAGES, QUESTIONS, THEMES, burst, choose, expect, hydrated, open, test, type Kind } from "./fixture.ts";
import type { APIRequestContext, Page } from "@playwright/test";

const VIEWS = QUESTIONS.flatMap((question) => ["graph", "table"].map((view) => `/insights/${question}?view=${view}`));
const ADDRESSES = [...Object.values(PAGES), ...VIEWS, "/sign-in"];
const ATTACK = "<script>alert(1)</script>";

/** Notes what a page does against its policy; the console has it too, which every test looks at. */
async function watch(page: Page) {
  await page.addInitScript(() => {
    const seen: string[] = [];
    Object.assign(window, { violations: seen });
    document.addEventListener("securitypolicyviolation", (event) => seen.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
  });
  return () => page.evaluate(() => (window as unknown as { violations: string[] }).violations);
}

for (const theme of THEMES) {
  test(`no page breaks its policy in the ${theme} theme`, async ({ page, baseURL }) => {
    test.setTimeout(120_000);
    await choose(page, theme, baseURL!);
    const violations = await watch(page);
    for (const address of ADDRESSES) {
      const response = await page.goto(address);
      const policy = response!.headers()["content-security-policy"];
      expect(policy, address).toContain("script-src 'self' 'nonce-");
      expect(policy, address).not.toContain("unsafe-inline");
      await hydrated(page);
      expect(await violations(), address).toEqual([]);
    }
  });
}

test("what is set while a page lives is within the policy: the hover card, a burst's bars, the theme", async ({ page }) => {
  const violations = await watch(page);
  await open(page, "/insights/influencers?view=graph");
  const box = (await page.locator("canvas[role=img]").boundingBox())!;
  const card = page.locator(".stage .hover");
  await expect(async () => {
    for (let step = 0; step < 200 && !(await card.isVisible()); step++) {
      const [column, row] = [(step % 20) / 20, Math.floor(step / 20) / 10];
      await page.mouse.move(box.x + box.width * column, box.y + box.height * row);
    }
    await expect(card).toBeVisible({ timeout: 500 });
  }).toPass();
  expect(await card.evaluate((element) => (element as HTMLElement).style.left)).toMatch(/px$/);
  await page.getByLabel("Theme", { exact: true }).selectOption("dark");
  await page.getByRole("link", { name: "Simulate" }).first().click();
  await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
  await expect(page.getByTestId("burst-purchases-stored").first()).toHaveText("10");
  expect(await violations()).toEqual([]);
});

test.describe("what the policy forbids", () => {
  test.use({ expectedErrors: [/Content Security Policy/] });

  test("does not happen, and is noticed", async ({ page }) => {
    const violations = await watch(page);
    await open(page, "/");
    await page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "window.attacked = true";
      document.body.append(script);
      const styled = document.createElement("p");
      styled.setAttribute("style", "color: red");
      document.body.append(styled);
      const far = document.createElement("img");
      far.src = "http://127.0.0.1:9/far.png";
      document.body.append(far);
    });
    await expect.poll(async () => (await violations()).map((text) => text.split(" ")[0]).sort()).toEqual(["img-src", "script-src-elem", "style-src-attr"]);
    expect(await page.evaluate(() => "attacked" in window)).toBe(false);
  });
});

test.describe("without an event stream", () => {
  test.use({ expectedErrors: [/503/] });

  test("a page asks for the status every few seconds, and says so", async ({ page, request }) => {
    await page.route("**/events", (route) => route.fulfill({ status: 503, json: { code: "too_many_streams", message: "no seat is free" } }));
    await open(page, "/simulate");
    await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live, every 3 s");
    const { id } = await burst(request, { kind: "purchases", count: 17 });
    expect(id).toBeTruthy();
    await expect(page.getByTestId("burst-purchases-stored").first()).toHaveText("17");
    await page.unroute("**/events");
    await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live");
  });
});

/** A record as somebody else's producer would send it: a dead letter, mended into anything. */
async function producer(api: APIRequestContext, kind: Kind) {
  await burst(api, { kind, count: 1, poison: 1 });
  const { dead_letters } = await (await api.get(`/api/dead-letters?topic=${kind}`)).json();
  const { topic, partition, offset } = dead_letters[0];
  return async (value: unknown) => {
    const text = typeof value === "string" ? value : JSON.stringify(value);
    const answer = await api.post(`/api/dead-letters/${topic}/${partition}/${offset}/replay`, { data: { value: text } });
    expect(answer.status(), await answer.text()).toBe(200);
  };
}

test("a product, a person and a broken record that are called a script are text on every page", async ({ page, request, browser, baseURL }) => {
  test.setTimeout(180_000);
  const settled = async (topic: Kind, read: number) =>
    expect.poll(async () => (await (await request.get("/api/status")).json()).books[topic].read, { timeout: 30_000 }).toBe(read);
  // Alone in the graph, they are the answer to every question.
  await request.post("/api/reset", { data: { confirm: "reset" } });
  const timestamp = Math.floor(Date.now() / 1000);
  const called = { user_name: ATTACK, product_name: ATTACK, timestamp };
  const buy = await producer(request, "purchases");
  for (const user_id of [1, 2, 3]) {
    for (const product_id of [1, 2]) await buy({ transaction_id: `${user_id}-${product_id}`, user_id, product_id, category: ATTACK, quantity: 1, ...called });
  }
  const rate = await producer(request, "product_interactions");
  for (const user_id of [1, 2, 3, 4, 5, 6]) {
    await rate({ interaction_id: `${user_id}`, user_id, product_id: 1, interaction_type: "rating", value: 5, ...called });
  }
  const follow = await producer(request, "user_connections");
  for (const follower_id of [2, 3]) await follow({ follower_id, followed_id: 1, timestamp, user_name: ATTACK });
  await follow(`</textarea>${ATTACK}`);
  await Promise.all([settled("purchases", 7), settled("product_interactions", 7), settled("user_connections", 4)]);

  const dialogs: string[] = [];
  page.on("dialog", (dialog) => {
    dialogs.push(dialog.message());
    void dialog.dismiss();
  });
  const violations = await watch(page);
  const asElement = "xpath=//script[normalize-space(.)='alert(1)']";
  const plain = await (await browser.newContext({ baseURL, javaScriptEnabled: false })).newPage();
  for (const address of ADDRESSES) {
    await open(page, address);
    await expect(page.locator(asElement), address).toHaveCount(0);
    expect(await violations(), address).toEqual([]);
    await plain.goto(address);
    await expect(plain.locator(asElement), `${address} without JavaScript`).toHaveCount(0);
    if (address.startsWith("/insights") || address === "/dead-letters") {
      // The answers lag the graph a little.
      await expect.poll(async () => (await page.locator("main").innerText()).includes(ATTACK) || (await page.content()).includes("&lt;script&gt;"), { message: address }).toBe(true);
      expect(await plain.content(), `${address} without JavaScript`).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
    }
  }
  // The field in which it is mended holds all of it, and it ends where the record does.
  await open(page, "/dead-letters?topic=user_connections");
  const values = () => page.locator("textarea").evaluateAll((fields) => fields.map((field) => (field as HTMLTextAreaElement).value));
  expect(await values()).toContain(`</textarea>${ATTACK}`);
  expect(dialogs).toEqual([]);
  await plain.context().close();

  // What comes after this finds the graph as it was.
  await request.post("/api/reset", { data: { confirm: "reset" } });
  for (const kind of ["purchases", "product_interactions", "user_connections"] as const) await burst(request, { kind, count: 2_000, seed: 7 });
});

// The connectors: what each says of itself, and what people can tell it.
import { burst, expect, open, sideways, test, type Kind } from "./fixture.ts";
import type { APIRequestContext, Page } from "@playwright/test";

const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const toasts = (page: Page) => page.locator(".toasts");

async function tell(api: APIRequestContext, connector: Kind, order: "pause" | "resume") {
  expect((await api.post(`/api/connectors/${connector}/${order}`)).status()).toBe(202);
  const state = order === "pause" ? "PAUSED" : "RUNNING";
  await expect.poll(async () => (await (await api.get(`/api/connectors/${connector}`)).json()).state, { timeout: 30_000 }).toBe(state);
}

// Whatever a test leaves behind, the next one finds everything running.
test.afterEach(async ({ request }) => {
  for (const connector of ["purchases", "product_interactions", "user_connections"] as const) await tell(request, connector, "resume");
});

test("a pause is asked for, done, said in a toast and in the card, and seen by another page", async ({ page, context }) => {
  const other = await context.newPage();
  await open(other, "/connectors");
  await open(page, "/connectors");
  const purchases = card(page, "Purchases");
  await expect(purchases.locator("header")).toContainText("running");

  await purchases.getByRole("button", { name: "Pause purchases…" }).click();
  const dialog = page.getByRole("dialog", { name: "Pause purchases in all processes?" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  await expect(dialog).toBeHidden();
  await expect(purchases.locator("header")).toContainText("running");

  await purchases.getByRole("button", { name: "Pause purchases…" }).click();
  await dialog.getByRole("button", { name: "Pause purchases", exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(purchases.locator("header")).toContainText("paused");
  await expect(toasts(page)).toContainText("purchases is paused in all processes.");
  await expect(card(other, "Purchases").locator("header")).toContainText("paused");
  await expect(card(other, "Interactions").locator("header")).toContainText("running");

  await toasts(page).getByRole("button", { name: "Dismiss this message" }).click();
  await expect(toasts(page)).not.toContainText("paused");
});

test("lag grows in the partitions while a connector is paused, and drains when it goes on", async ({ page, request }) => {
  await tell(request, "user_connections", "pause");
  await open(page, "/connectors?sel=user_connections");
  const connections = card(page, "Connections");
  await expect(connections).toBeInViewport();
  const before = await (await request.get("/api/connectors/user_connections")).json();
  expect(before.lag).toBe(0);
  await request.post("/api/bursts", { data: { kind: "user_connections", count: 300, seed: 41 } });
  await expect(page.getByTestId("lag-user_connections")).toHaveText(/^300\s*records$/);
  const { partitions } = await (await request.get("/api/connectors/user_connections")).json();
  const rows = connections.getByRole("region", { name: "Partitions of user_connections" }).locator("tbody tr");
  await expect(rows).toHaveCount(partitions.length);
  for (const [index, { lag, end, next_offset }] of partitions.entries()) {
    expect(lag).toBe(end - next_offset);
    await expect(rows.nth(index).locator("td").nth(0)).toContainText(lag.toLocaleString("en-US"));
    await expect(rows.nth(index).locator("td").nth(2)).toHaveText(end.toLocaleString("en-US"));
  }

  // By keyboard: where the page has scrolled to, the bar on top may lie over the card's head.
  await connections.getByRole("button", { name: "Resume user_connections" }).press("Enter");
  await expect(page.getByTestId("lag-user_connections")).toHaveText(/^0\s*records$/);
  await expect(toasts(page)).toContainText("user_connections goes on in all processes.");
  const read = (books: { books: { read: number } }[]) => books.reduce((sum, { books }) => sum + books.read, 0);
  const after = await (await request.get("/api/connectors/user_connections")).json();
  expect(read(after.partitions)).toBe(read(before.partitions) + 300);
  await expect(connections.locator("tfoot td").nth(4)).toHaveText(read(after.partitions).toLocaleString("en-US"));
});

test("a link to one connector brings it below the bar on top, in the column of the others", async ({ page }) => {
  await open(page, "/connectors?sel=user_connections");
  const [first, chosen] = [card(page, "Purchases"), card(page, "Connections")];
  await expect(chosen).toBeInViewport();
  const boxes = async () => [(await first.boundingBox())!, (await chosen.boundingBox())!] as const;
  await expect.poll(async () => (await boxes())[1].y).toBeGreaterThanOrEqual((await page.locator(".top").boundingBox())!.height);
  const [one, other] = await boxes();
  expect([other.x, other.width]).toEqual([one.x, one.width]);
  expect(other.y).toBeGreaterThan(one.y + one.height);
});

test("a restart begins anew, by keyboard alone", async ({ page, request }) => {
  const epochs = async () => {
    const { partitions } = await (await request.get("/api/connectors/product_interactions")).json();
    return partitions.reduce((sum: number, { epoch }: { epoch: number | null }) => sum + (epoch ?? 0), 0);
  };
  await burst(request, { kind: "product_interactions", count: 100 });
  const before = await epochs();
  await open(page, "/connectors");
  const button = card(page, "Interactions").getByRole("button", { name: "Restart product_interactions…" });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Restart product_interactions in all processes?" });
  await expect(dialog.getByRole("button", { name: "Restart product_interactions", exact: true })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  await expect(button).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Enter");
  await expect(toasts(page)).toContainText("product_interactions has begun anew in all processes.");
  await expect.poll(epochs).toBeGreaterThan(before);
});

test("the settings are those that hold, without a secret", async ({ page }) => {
  await open(page, "/connectors");
  const purchases = card(page, "Purchases");
  await purchases.getByText("Configuration").click();
  const settings = purchases.getByRole("region", { name: "Configuration of purchases" });
  await expect(settings.getByRole("row", { name: /consumer\.group\.id/ })).toContainText("connect-purchases");
  await expect(settings.getByRole("row", { name: /errors\.deadletterqueue/ })).toContainText("purchases.dead-letters");
  await expect(settings).not.toContainText(/password|token/i);
});

test("the API answers one by its name, and an unknown one with a sentence", async ({ request }) => {
  const all = await (await request.get("/api/connectors")).json();
  expect(all.map((connector: { name: string }) => connector.name)).toEqual(["purchases", "product_interactions", "user_connections"]);
  const one = await (await request.get("/api/connectors/purchases")).json();
  expect(one).toMatchObject({ name: "purchases", state: "RUNNING", paused: false, met: { retries: expect.any(Number) } });
  const unknown = await request.get("/api/connectors/refunds");
  expect(unknown.status()).toBe(404);
  expect(await unknown.json()).toMatchObject({ code: "unknown_connector", message: expect.stringMatching(/purchases/) });
});

test("a task that has failed shows its trace, and one that retries when it tries next", async ({ page, request }) => {
  // What a server with a broken graph would say, told to a page by the same events.
  const status = await (await request.get("/api/status")).json();
  const trace = `writing a batch: the graph refuses it\n${"a long story ".repeat(40)}`;
  status.connectors[0].state = "FAILED";
  Object.assign(status.connectors[0].tasks[0], { state: "FAILED", trace });
  const retry = { tries: 3, next_at: status.at + 5_000 };
  Object.assign(status.connectors[1].tasks[0], { state: "RETRYING", trace: "the graph does not answer", retry });
  status.connectors[2].tasks = [];
  status.kafka = { ...status.kafka, connected: false, error: "no broker answers" };
  await page.route("/events", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: `event: status\ndata: ${JSON.stringify(status)}\n\n` }),
  );
  await open(page, "/connectors");
  const failed = page.getByRole("region", { name: "Tasks of purchases" });
  await expect(failed).toContainText("failed");
  await failed.getByText("The whole trace").click();
  await expect(failed.locator("pre")).toContainText("a long story a long story");
  await expect(page.getByRole("region", { name: "Tasks of product_interactions" })).toContainText(/3 tries failed, the next one is at \d\d:\d\d:\d\d/);
  await expect(card(page, "Connections")).toContainText("No process runs its tasks");
  await expect(page.getByText("the lag is not either")).toBeVisible();
  await expect(page.getByTestId("lag-purchases")).toHaveText("unknown");
});

test("times are the reader's own, with UTC in the title", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL: baseURL!, timezoneId: "Asia/Kolkata" });
  const page = await context.newPage();
  await open(page, "/connectors");
  const since = card(page, "Purchases").locator("time").first();
  const at = new Date((await since.getAttribute("datetime"))!);
  const local = at.toLocaleTimeString("en-GB", { timeZone: "Asia/Kolkata", hour12: false });
  await expect(since).toHaveText(local);
  expect(await since.getAttribute("title")).toContain(`${at.toISOString().slice(11, 19)} UTC`);
  await context.close();
});

test("on a phone nothing is cut off", async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/connectors");
  const purchases = card(page, "Purchases");
  await purchases.getByRole("button", { name: "Pause purchases…" }).click();
  await expect(page.getByRole("dialog")).toBeInViewport({ ratio: 1 });
  await page.keyboard.press("Escape");
  expect(await sideways(page)).toBeLessThanOrEqual(0);
});

test.describe("without JavaScript", () => {
  // The document asks for the module early, and nobody takes it.
  test.use({ javaScriptEnabled: false, expectedErrors: [/preloaded using link preload but not used/] });

  test("a connector is paused and resumed by forms, after the same question", async ({ page, request }) => {
    await page.goto("/connectors");
    const purchases = card(page, "Purchases");
    await expect(purchases.getByRole("region", { name: "Partitions of purchases" }).locator("tbody tr").first()).toBeVisible();
    await purchases.getByRole("button", { name: "Pause purchases…" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Pause purchases", exact: true }).click();
    await expect(page).toHaveURL(/\/connectors/);
    await expect.poll(async () => (await (await request.get("/api/connectors/purchases")).json()).state).toBe("PAUSED");
    await page.reload();
    await expect(purchases.locator("header")).toContainText("paused");
    await purchases.getByRole("button", { name: "Resume purchases" }).click();
    await expect.poll(async () => (await (await request.get("/api/connectors/purchases")).json()).state).toBe("RUNNING");
  });
});

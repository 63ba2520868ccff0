// What opens when somebody presses something: dialogs, messages, one record, one letter, one connector.
import { answered, burst, each, expect, settle, take, test } from "./camera.ts";

const CONNECTORS = ["purchases", "product_interactions", "user_connections"];

test.afterEach(async ({ request }) => {
  for (const name of CONNECTORS) await request.post(`/api/connectors/${name}/resume`);
  const states = async () => (await (await request.get("/api/status")).json()).connectors.map(({ state }: { state: string }) => state);
  await expect.poll(states, { timeout: 30_000 }).toEqual(CONNECTORS.map(() => "RUNNING"));
});

each("the keys", async (page, size) => {
  await settle(page, "/");
  await page.keyboard.press("?");
  await expect(page.getByRole("dialog", { name: "Keys" })).toBeVisible();
  await take(page, "opened-keys", size, false);
});

each("a question before a pause, and the message after it", async (page, size) => {
  await settle(page, "/connectors");
  await page.getByRole("button", { name: "Pause purchases…" }).click();
  await expect(page.getByRole("dialog")).toBeVisible();
  await take(page, "opened-confirm", size, false);
  await page.getByRole("dialog").getByRole("button", { name: "Pause purchases", exact: true }).click();
  const toasts = page.getByRole("status", { name: "Messages" });
  await expect(toasts.getByRole("listitem")).toBeVisible();
  // Whoever points at a message keeps it.
  await toasts.getByRole("listitem").hover();
  await take(page, "opened-toast", size, false);
});

each("one connector, by a link and with its settings", async (page, size) => {
  await settle(page, "/connectors?sel=user_connections");
  await expect(page.getByRole("region", { name: "Connections", exact: true })).toBeInViewport();
  await take(page, "opened-connector", size, false);
  await settle(page, "/connectors");
  await page.getByRole("region", { name: "Purchases", exact: true }).getByText("Configuration").click();
  await take(page, "opened-configuration", size);
});

each("a record of each kind and one that breaks a rule", async (page, size) => {
  const { request } = page;
  for (const topic of CONNECTORS) {
    const { rows } = await (await request.get(`/api/stream?topic=${topic}&limit=1`)).json();
    const { partition, offset } = rows[0].place;
    await settle(page, `/stream?topic=${topic}&sel=${topic}/${partition}/${offset}`);
    await expect(page.getByRole("complementary", { name: "Record" }).getByRole("heading").first()).toBeVisible();
    await take(page, `opened-record-${topic}`, size, size === "phone");
  }
  await burst(request, { kind: "purchases", count: 4, seed: 3, poison: 2 });
  await settle(page, "/stream?broken=1");
  await page.locator("main table.records tbody tr").first().getByRole("link").first().click();
  await expect(page.getByRole("complementary", { name: "Record" })).toContainText("It breaks a rule");
  await take(page, "opened-record-broken", size, size === "phone");
});

each("a dead letter, and the question before all are sent again", async (page, size) => {
  const { dead_letters } = await (await page.request.get("/api/dead-letters?topic=purchases")).json();
  const { topic, partition, offset } = dead_letters[0];
  await settle(page, `/dead-letters?topic=${topic}&sel=${topic}/${partition}/${offset}`);
  await expect(page.locator(".letters.chosen textarea").first()).toBeVisible();
  await take(page, "opened-dead-letter", size);
  await page.getByRole("button", { name: /^Replay all/ }).click();
  await take(page, "opened-replay-all", size, false);
});

each("a burst: how it is ordered, and what came of it", async (page, size) => {
  await settle(page, "/simulate");
  await page.getByRole("button", { name: "Send 1,000 purchases", exact: true }).click();
  await expect(page.getByText(/1,000 of 1,000 stored in/).first()).toBeVisible();
  await page.getByRole("switch", { name: "Some interactions are broken" }).check();
  await take(page, "opened-burst", size);
});

each("a node of the graph, and a menu", async (page, size) => {
  await settle(page, "/insights/similar-buyers?view=graph");
  await page.locator(".graph .keys").last().getByRole("button").first().click();
  await answered(page);
  await take(page, "opened-node", size);
  await settle(page, "/insights/top-products");
  await page.locator(".menu summary").click();
  await take(page, "opened-menu", size, false);
});

// The stream: what arrives passes by, is picked, held, opened, and told what became of it.
import { type APIRequestContext, type Page } from "@playwright/test";

import { burst, expect, open, sideways, test, type Kind } from "./fixture.ts";

type Row = {
  place: { topic: string; partition: number; offset: number };
  at: number;
  gist: string;
  reason: string | null;
  fate: string;
};

/** The newest records as the API has them. */
async function newest(api: APIRequestContext, query = ""): Promise<Row[]> {
  const answer = await api.get(`/api/stream${query}`);
  expect(answer.status(), await answer.text()).toBe(200);
  return (await answer.json()).rows;
}

/** Sends some records and gives the newest of them, once the stream has come to it: it reads beside the sinks. */
async function sent(api: APIRequestContext, order: { kind: Kind; count: number; poison?: number }, query = ""): Promise<Row> {
  const before = Date.now();
  await burst(api, order);
  let row: Row | undefined;
  await expect
    .poll(
      async () => {
        row = (await newest(api, `?topic=${order.kind}&limit=1${query}`))[0];
        return row?.at ?? 0;
      },
      { message: "the stream comes to what was sent" },
    )
    .toBeGreaterThanOrEqual(before);
  return row!;
}

const place = ({ place: { topic, partition, offset } }: Row) => `${topic}/${partition}/${offset}`;
const rows = (page: Page) => page.locator("main table.records tbody tr");

/** Waits until events arrive: only then is what is sent something new. */
async function live(page: Page) {
  await expect(page.locator(".tally")).toContainText(/newest first/);
}

test("a record arrives without a reload and becomes stored where it stands", async ({ page, request }) => {
  await open(page, "/stream?topic=user_connections");
  await live(page);
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  const paused = await request.post("/api/connectors/user_connections/pause");
  expect(paused.status()).toBe(202);
  await expect
    .poll(async () => (await (await request.get("/api/status")).json()).connectors.find((it: { name: string }) => it.name === "user_connections").state)
    .toBe("PAUSED");
  const accepted = await request.post("/api/bursts", { data: { kind: "user_connections", count: 3 } });
  expect(accepted.status()).toBe(202);
  try {
    await expect(rows(page).first()).toContainText("waiting");
    await expect(rows(page).filter({ hasText: "waiting" })).toHaveCount(3);
  } finally {
    await request.post("/api/connectors/user_connections/resume");
  }
  await expect(rows(page).filter({ hasText: "waiting" })).toHaveCount(0, { timeout: 30_000 });
  await expect(rows(page).first()).toContainText(/stored|known already/);
  expect(await page.evaluate(() => "notReloaded" in window)).toBe(true);
});

test("topic and text pick, and the address says so", async ({ page, request }) => {
  // Of a broken record the page says the fault, not who bought.
  const wanted = (await newest(request, "?topic=purchases&limit=100")).find(({ gist }) => gist.includes(" bought "))!;
  const name = wanted.gist.split(" bought ")[0]!;
  await open(page, "/stream");
  await page.getByRole("navigation", { name: "Topic" }).getByRole("link", { name: "Purchases" }).click();
  await expect(page).toHaveURL(/\/stream\?topic=purchases$/);
  await page.getByRole("searchbox").fill(name.toUpperCase());
  // Names have accents, which an address writes as bytes.
  await expect
    .poll(() => Object.fromEntries(new URL(page.url()).searchParams))
    .toEqual({ topic: "purchases", q: name.toUpperCase() });
  await expect(rows(page).first()).toContainText(name);
  for (const text of await rows(page).allInnerTexts()) expect(text).toContain(name);
  await page.reload();
  await expect(page.getByRole("searchbox")).toHaveValue(name.toUpperCase());
  await expect(rows(page).first()).toContainText(name);

  await page.getByRole("searchbox").fill("nobody is called this");
  await expect(page.getByRole("heading", { name: "Nothing matches." })).toBeVisible();
  await page.getByRole("link", { name: "Show all records" }).click();
  await expect(page).toHaveURL(/\/stream$/);
  await expect(page.getByRole("searchbox")).toHaveValue("");
  await expect(rows(page).first()).toBeVisible();
});

test("a page that is paused counts what arrives, and shows it when it is told to", async ({ page, request }) => {
  await open(page, "/stream?topic=purchases");
  await live(page);
  await page.getByRole("button", { name: "Pause" }).click();
  const before = await rows(page).first().innerText();
  await burst(request, { kind: "purchases", count: 37 });
  const arrived = page.getByRole("button", { name: "37 new" });
  await expect(arrived).toBeVisible();
  expect(await rows(page).first().innerText()).toBe(before);
  await arrived.click();
  await expect(arrived).toHaveCount(0);
  expect(await rows(page).first().innerText()).not.toBe(before);

  await burst(request, { kind: "purchases", count: 5 });
  await expect(page.getByRole("button", { name: "5 new" })).toBeVisible();
  await page.getByRole("button", { name: "Resume" }).click();
  await expect(page.getByRole("button", { name: /new$/ })).toHaveCount(0);
});

test("whoever reads further down is not moved, and finds what is new behind a button", async ({ page, request }) => {
  await open(page, "/stream?topic=purchases");
  await live(page);
  await page.mouse.wheel(0, 900);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBeGreaterThan(500);
  await burst(request, { kind: "purchases", count: 4 });
  await page.getByRole("button", { name: "4 new" }).click();
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0);
});

test("a page that is cleared shows what arrives from then on", async ({ page, request }) => {
  await open(page, "/stream?topic=purchases");
  await live(page);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(page.getByText("Cleared.")).toBeVisible();
  await burst(request, { kind: "purchases", count: 6 });
  await expect(rows(page)).toHaveCount(6);
});

test("whoever leaves the page while he types stays where he went", async ({ page }) => {
  await open(page, "/stream");
  await page.getByRole("searchbox", { name: "Find in key and value" }).fill("7");
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Influencers" }).click();
  await expect(page.locator(".insight").first()).toBeVisible();
  // Longer than the stream waits for more letters.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 600)));
  await expect(page).toHaveURL(/influencers$/);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Stream" }).click();
  await expect(page.locator(".records tbody tr").first()).toBeVisible();
});

test("a burst of many is told in few rows, and how many more there are", async ({ page, request }) => {
  await open(page, "/stream?topic=purchases");
  await live(page);
  await burst(request, { kind: "purchases", count: 20_000 });
  await expect(page.getByText(/[\d,]+ more than are shown/)).toBeVisible();
  expect(await rows(page).count()).toBeLessThanOrEqual(500);
});

test("a record opens by keyboard to its JSON and the graph that it became, and closes again", async ({ page, request }) => {
  const wanted = await sent(request, { kind: "purchases", count: 1 });
  await open(page, "/stream?topic=purchases");
  const link = rows(page).first().getByRole("link", { name: wanted.gist });
  await link.focus();
  await page.keyboard.press("Enter");
  await expect(page).toHaveURL(new RegExp(`sel=${place(wanted)}$`));
  const record = page.getByRole("complementary", { name: "Record" });
  await expect(record.getByText(wanted.gist)).toBeVisible();
  await expect(record.locator("pre")).toContainText('"transaction_id": "');
  const graph = record.getByRole("img");
  await expect(graph).toHaveAccessibleName(new RegExp(`${wanted.gist.split(" bought ")[0]} PURCHASED .* OF `));
  await expect(record.getByRole("heading", { level: 2 })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(record).toHaveCount(0);
  await expect(page).toHaveURL(/\/stream\?topic=purchases$/);

  // The link shows the same thing to somebody else.
  await open(page, `/stream?sel=${place(wanted)}`);
  await expect(page.getByRole("complementary", { name: "Record" }).getByText(wanted.gist)).toBeVisible();
});

test("a broken record says which rule it breaks and leads to its dead letter", async ({ page, request }) => {
  await sent(request, { kind: "purchases", count: 4, poison: 2 });
  const wanted = (await newest(request, "?topic=purchases&broken=1&limit=1"))[0]!;
  await open(page, "/stream");
  await page.getByLabel("Only broken ones").check();
  await expect(page).toHaveURL(/broken=1/);
  const row = rows(page).first();
  await expect(row).toContainText(wanted.reason!);
  await row.getByRole("link", { name: wanted.gist }).click();
  const record = page.getByRole("complementary", { name: "Record" });
  await expect(record).toContainText("It breaks a rule");
  await record.getByRole("link", { name: "dead letter" }).click();
  await expect(page).toHaveURL(/\/dead-letters\?topic=purchases/);
  const { partition, offset } = wanted.place;
  await expect(page.locator("main")).toContainText(`purchases-${partition} @ ${offset}`);
});

test("a record that is not there is a sentence", async ({ page }) => {
  await open(page, "/stream?sel=purchases/0/99999999");
  await expect(page.getByText(/There is no such record\./)).toBeVisible();
  await expect(page.getByText(/ends at [\d]+/)).toBeVisible();
  await open(page, "/stream?sel=sales/0/1");
  await expect(page.getByText(/There is no such record\. No connector reads the topic "sales"/)).toBeVisible();
  await open(page, "/stream?sel=sales/0");
  await expect(page.getByText(/is no place of a record/)).toBeVisible();
});

test("what a record says is text and nothing else", async ({ page, request }) => {
  const hostile = `<img src=x onerror="document.title='taken'">`;
  // A broken one is mended into one whose names are HTML: the only way in without a Kafka client.
  const broken = await sent(request, { kind: "purchases", count: 1, poison: 1 }, "&broken=1");
  const value = JSON.stringify({ user_id: 987_654, product_id: 987_654, quantity: 1, timestamp: 1789000000, user_name: hostile, product_name: "</script><b>x" });
  const replayed = await request.post(`/api/dead-letters/${place(broken)}/replay`, { data: { value } });
  expect(replayed.status(), await replayed.text()).toBe(200);
  await expect.poll(async () => (await newest(request, "?topic=purchases&q=onerror&limit=1"))[0]?.fate).toBe("stored");
  const wanted = (await newest(request, "?topic=purchases&q=onerror&limit=1"))[0]!;
  await open(page, `/stream?q=onerror&sel=${place(wanted)}`);
  await expect(rows(page).first()).toContainText(hostile);
  await expect(page.getByRole("complementary", { name: "Record" }).locator("pre")).toContainText("onerror=");
  expect(await page.locator("main img, main table b").count()).toBe(0);
  expect(await page.title()).not.toContain("taken");
});

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the newest records are there, the form picks, and a link opens one", async ({ page, request }) => {
    const wanted = (await newest(request, "?topic=product_interactions&limit=1"))[0]!;
    await page.goto("/stream?topic=product_interactions");
    await expect(rows(page).first()).toContainText(wanted.gist.slice(0, 30));
    await expect(page.getByText(/The newest 100 records, as of \d\d:\d\d:\d\d UTC/)).toBeVisible();
    await page.getByRole("searchbox").fill("rating");
    await page.getByRole("button", { name: "Find" }).click();
    await expect(page).toHaveURL(/topic=product_interactions&q=rating/);
    await rows(page).first().getByRole("link").click();
    const record = page.getByRole("complementary", { name: "Record" });
    await expect(record.locator("pre")).toContainText('"interaction_type": "rating"');
    await expect(record.getByRole("img")).toBeVisible();
  });
});

test("a phone shows it all without scrolling sideways", async ({ page, request }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  const wanted = (await newest(request, "?limit=1"))[0]!;
  for (const address of ["/stream", `/stream?sel=${place(wanted)}`, "/stream?q=nobody%20is%20called%20this"]) {
    await open(page, address);
    const overflow = await sideways(page);
    expect.soft(overflow, address).toBeLessThanOrEqual(0);
  }
});

for (const [address, code, status] of [
  ["/api/stream?limit=0", "limit_out_of_range", 400],
  ["/api/stream?topic=sales", "unknown_kind", 400],
  [`/api/stream?q=${"x".repeat(201)}`, "q_too_long", 400],
  ["/events/stream?topic=sales", "unknown_kind", 400],
  ["/api/records/purchases/0/-1", "place_malformed", 400],
  ["/api/records/purchases/99/0", "unknown_record", 404],
  ["/api/records/sales/0/0", "unknown_kind", 400],
] as const) {
  test(`${address.slice(0, 40)} is refused with a sentence`, async ({ request }) => {
    const answer = await request.get(address);
    expect(answer.status()).toBe(status);
    expect(await answer.json()).toMatchObject({ code, message: expect.stringMatching(/\w+ \w+/) });
  });
}

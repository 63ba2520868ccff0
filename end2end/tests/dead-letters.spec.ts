// Dead letters: found by topic and reason, mended, sent again one by one or all at once, and taken away as a file.
import { readFile } from "node:fs/promises";

import { burst, expect, open, sideways, test, type Kind } from "./fixture.ts";
import type { APIRequestContext, Page } from "@playwright/test";

type Letter = {
  id: string;
  topic: string;
  partition: number;
  offset: number;
  reason: string;
  key: string | null;
  value: string | null;
  replayed_at: number | null;
};
type Count = { topic: string; reason: string; letters: number; waiting: number };
type Books = { read: number; stored: number; repeated: number; dead: number };

const list = (page: Page) => page.locator("main .letters:not(.chosen) > li");
const place = ({ topic, partition, offset }: Letter) => `${topic}-${partition} @ ${offset}`;

async function books(api: APIRequestContext, topic: Kind): Promise<Books> {
  return (await (await api.post("/api/audit")).json()).books[topic];
}

/** The counts by reason, once they have every letter that is in the books: the server counts once a second at most. */
async function counts(api: APIRequestContext, topic: Kind): Promise<Count[]> {
  const { dead } = await books(api, topic);
  let found: Count[] = [];
  const counted = async () => {
    const all = (await (await api.get("/api/dead-letters/reasons")).json()) as Count[];
    found = all.filter((count) => count.topic === topic);
    return found.reduce((sum, count) => sum + count.letters, 0);
  };
  await expect.poll(counted, { message: "every letter of the books is counted" }).toBeGreaterThanOrEqual(dead);
  return found;
}

/** All letters of a topic, page by page. */
async function letters(api: APIRequestContext, topic: Kind, reason?: string): Promise<Letter[]> {
  const found: Letter[] = [];
  let after: string | null = "";
  while (after !== null) {
    const query: string = new URLSearchParams({ topic, ...(reason ? { reason } : {}), ...(after ? { after } : {}) }).toString();
    const page: { dead_letters: Letter[]; next: string | null } = await (await api.get(`/api/dead-letters?${query}`)).json();
    found.push(...page.dead_letters);
    after = page.next;
  }
  return found;
}

/** A rating that a connector refuses, with this as its value. */
async function broken(api: APIRequestContext, value: string): Promise<Letter> {
  await burst(api, { kind: "user_connections", count: 10, poison: 1 });
  const [first] = await letters(api, "user_connections");
  const known = new Set((await letters(api, "user_connections")).map((letter) => letter.id));
  const path = `/api/dead-letters/${first!.topic}/${first!.partition}/${first!.offset}/replay`;
  expect((await api.post(path, { data: { value, id: first!.id } })).status()).toBe(200);
  let found: Letter | undefined;
  await expect
    .poll(async () => (found = (await letters(api, "user_connections")).find((letter) => !known.has(letter.id))), { message: "the new letter" })
    .toBeTruthy();
  return found!;
}

test("letters are filtered by topic and reason, in the address", async ({ page, request }) => {
  await burst(request, { kind: "purchases", count: 60, poison: 30 });
  const all = await counts(request, "purchases");
  await open(page, "/dead-letters");
  await page.getByRole("navigation", { name: "Topic" }).getByRole("link", { name: /^Purchases/ }).click();
  await expect(page).toHaveURL(/topic=purchases$/);
  const { reason, letters: many } = all.find(({ reason }) => reason === "quantity_out_of_range")!;
  const chip = page.getByRole("navigation", { name: "Reason" }).getByRole("link", { name: `quantity out of range ${many}` });
  await chip.click();
  await expect(page).toHaveURL(new RegExp(`topic=purchases&reason=${reason}$`));
  await expect(chip).toHaveAttribute("aria-current", "true");
  await expect(list(page)).toHaveCount(Math.min(25, many));
  await expect(page.locator("main")).toContainText(`1–${Math.min(25, many)} of ${many} dead letter`);
  // The link shows the same to whoever gets it.
  const other = await page.context().newPage();
  await open(other, page.url());
  await expect(list(other)).toHaveCount(Math.min(25, many));
  await open(other, "/dead-letters?topic=purchases&reason=no_such_reason");
  await expect(other.locator("main")).toContainText("None of these");
});

test("more than a page is paged, and says how many of how many", async ({ page, request }) => {
  await burst(request, { kind: "purchases", count: 60, poison: 30 });
  const all = await letters(request, "purchases");
  expect(all.length).toBeGreaterThan(25);
  await open(page, "/dead-letters?topic=purchases");
  await expect(page.locator("main")).toContainText(`1–25 of ${all.length} dead letters`);
  await page.getByRole("link", { name: "More →" }).click();
  await expect(page).toHaveURL(/seen=25/);
  await expect(page.locator("main")).toContainText(`26–${Math.min(50, all.length)} of ${all.length} dead letters`);
  await expect(list(page).first()).toContainText(place(all[25]!));
  await page.getByRole("link", { name: "← First ones" }).click();
  await expect(list(page).first()).toContainText(place(all[0]!));
});

test("a letter is mended, what is no JSON is pointed out first, and it is stored", async ({ page, request }) => {
  const letter = await broken(request, `{"follower_id": 1, "followed_id":`);
  const before = await books(request, "user_connections");
  await open(page, `/dead-letters?sel=${letter.topic}/${letter.partition}/${letter.offset}`);
  const row = page.locator(".letters.chosen > li");
  const value = row.getByRole("textbox", { name: `Value of ${place(letter)}` });
  await expect(value).toBeVisible();
  // In the card, above the others.
  const [opened, next] = [(await page.locator(".letters.chosen").boundingBox())!, (await list(page).first().boundingBox())!];
  expect([opened.x, opened.width]).toEqual([next.x, next.width]);
  expect(opened.y + opened.height).toBeLessThanOrEqual(next.y);
  await expect(value).toHaveAttribute("aria-invalid", "true");
  const send = row.getByRole("button", { name: `Replay ${place(letter)} with this value` });
  await send.click();
  await expect(value).toBeFocused();
  await expect(row).toContainText(/Not JSON yet: It ends in the middle, at line 1, column \d+\./);

  await value.fill(`{"follower_id": 900001, "followed_id": 900002, "timestamp": 1789000000}`);
  await expect(value).not.toHaveAttribute("aria-invalid", "true");
  await send.click();
  await expect(page.locator(".toasts")).toContainText(`${place(letter)} was sent again.`);
  await expect(row.getByRole("status").last()).toContainText("Sent again.");
  await expect(row.locator("summary")).toContainText("sent again");
  await expect.poll(async () => (await books(request, "user_connections")).stored).toBe(before.stored + 1);
  // Nothing else was sent: what was no JSON stayed here.
  expect((await books(request, "user_connections")).read).toBe(before.read + 1);
  await expect(row.getByRole("link", { name: "Its place in the stream" })).toHaveAttribute(
    "href",
    `/stream?sel=${letter.topic}/${letter.partition}/${letter.offset}`,
  );
});

test("all that wait for a reason are sent again, with a count, and once", async ({ page, request }) => {
  await burst(request, { kind: "purchases", count: 60, poison: 40 });
  const reason = "quantity_wrong_type";
  const waiting = async () => (await counts(request, "purchases")).find((count) => count.reason === reason)!;
  const { waiting: many, letters: known } = await waiting();
  expect(many).toBeGreaterThan(2);
  const before = await books(request, "purchases");
  await open(page, `/dead-letters?topic=purchases&reason=${reason}`);
  await page.getByRole("button", { name: `Replay all ${many}…` }).click();
  const dialog = page.getByRole("dialog", { name: `Send ${many} dead letters again as they are?` });
  await dialog.getByRole("button", { name: `Send ${many} again` }).click();
  await expect(page.locator("main .banner")).toContainText(`Replay: ${many} sent again`);
  await expect(page.locator(".toasts")).toContainText(`${many} sent again`);
  // Each is read once more and fails once more, and nothing is stored that was not.
  await expect.poll(() => books(request, "purchases")).toEqual({ ...before, read: before.read + many, dead: before.dead + many });
  await expect.poll(async () => (await waiting()).letters).toBe(known + many);
  const sent = (await letters(request, "purchases", reason)).filter((letter) => letter.replayed_at !== null);
  expect(sent.length).toBe(known);
  // What has failed again waits, and what was sent before does not.
  expect((await waiting()).waiting).toBe(many);
});

test("a round is bounded, goes on where it ended, and skips what was sent", async ({ request }) => {
  await burst(request, { kind: "product_interactions", count: 30, poison: 12 });
  const all = async () => (await counts(request, "product_interactions")).reduce((sum, count) => sum + count.waiting, 0);
  const many = await all();
  expect(many).toBeGreaterThanOrEqual(12);
  const before = await books(request, "product_interactions");
  const ask = async (data: object) => (await request.post("/api/dead-letters/replay", { data: { topic: "product_interactions", ...data } })).json();
  const first = await ask({ limit: 5 });
  expect(first).toMatchObject({ replayed: 5, failed: [], done: false, stopped: null });
  const second = await ask({ after: first.next, until: first.until });
  expect(second).toMatchObject({ replayed: many - 5, skipped: 0, failed: [], done: true });
  const again = await ask({ until: first.until });
  expect(again).toMatchObject({ replayed: 0, done: true });
  expect(again.skipped).toBeGreaterThanOrEqual(many);
  await expect.poll(async () => (await books(request, "product_interactions")).read).toBe(before.read + many);
});

for (const [what, data, code] of [
  ["an unknown topic", { topic: "refunds" }, "unknown_kind"],
  ["no topic", {}, "invalid_request"],
  ["too much at once", { topic: "purchases", limit: 1001 }, "limit_out_of_range"],
  ["a place that is none", { topic: "purchases", after: "nonsense" }, "after_malformed"],
  ["a misspelt field", { topic: "purchases", raeson: "x" }, "invalid_request"],
] as const) {
  test(`a replay of ${what} is refused with a sentence`, async ({ request }) => {
    const answer = await request.post("/api/dead-letters/replay", { data });
    expect(answer.status()).toBe(400);
    expect(await answer.json()).toMatchObject({ code, message: expect.stringMatching(/\w+ \w+/) });
  });
}

/** The cells of a CSV by RFC 4180. */
function parse(text: string): string[][] {
  const rows: string[][] = [[]];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/gy;
  for (let match; cell.lastIndex < text.length && (match = cell.exec(text)); ) {
    rows.at(-1)!.push(match[1] === undefined ? match[2]! : match[1].replaceAll('""', '"'));
    if (match[3] === "\r\n") rows.push([]);
  }
  expect(cell.lastIndex, "all of the file is CSV").toBe(text.length);
  return rows.filter((row) => row.length > 0);
}

test("the letters are downloaded as CSV, whole and without a formula, and as NDJSON", async ({ page, request }) => {
  const hostile = ["=HYPERLINK(\"http://x\")", "+1+1", "-2", "@SUM(A1)", "\t=1", "\r=1", "a,\"b\"\r\nc"];
  for (const value of hostile) await broken(request, value);
  await open(page, "/dead-letters?topic=user_connections");
  const file = async (name: string) => {
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name, exact: true }).click()]);
    return { name: download.suggestedFilename(), text: await readFile((await download.path())!, "utf8") };
  };
  const csv = await file("CSV");
  expect(csv.name).toBe("dead-letters-user_connections.csv");
  expect(csv.text.startsWith("\ufeff"), "a byte order mark").toBe(true);
  const [head, ...rows] = parse(csv.text.slice(1));
  const all = await letters(request, "user_connections");
  expect(rows.length).toBe(all.length);
  for (const row of rows) {
    expect(row.length).toBe(head!.length);
    for (const text of row) expect(text).not.toMatch(/^[=+\-@\t\r]/);
  }
  const values = rows.map((row) => row[head!.indexOf("value")]);
  for (const value of hostile) expect(values).toContain(/^[=+\-@\t\r]/.test(value) ? `'${value}` : value);

  const ndjson = await file("NDJSON");
  expect(ndjson.name).toBe("dead-letters-user_connections.ndjson");
  const lines = ndjson.text.trimEnd().split("\n").map((line) => JSON.parse(line) as Letter);
  expect(lines.map((letter) => letter.id)).toEqual(all.map((letter) => letter.id));
  for (const value of hostile) expect(lines.map((letter) => letter.value)).toContain(value);
  expect((await request.get("/api/dead-letters?format=xls")).status()).toBe(400);
});

test("a letter that is not there is said not to be", async ({ page }) => {
  await open(page, "/dead-letters?sel=purchases/0/999999");
  await expect(page.locator("main .banner")).toContainText("There is no dead letter at purchases-0 @ 999999.");
});

test("on a phone nothing is cut off", async ({ page, request }) => {
  await burst(request, { kind: "purchases", count: 10, poison: 5 });
  await page.setViewportSize({ width: 390, height: 844 });
  await open(page, "/dead-letters?topic=purchases");
  await list(page).first().locator("summary").click();
  await expect(list(page).first().getByRole("textbox")).toBeVisible();
  expect(await sideways(page)).toBeLessThanOrEqual(0);
});

test.describe("without JavaScript", () => {
  // The document asks for the module early, and nobody takes it.
  test.use({ javaScriptEnabled: false, expectedErrors: [/preloaded using link preload but not used/] });

  test("all are sent again by a form, and the page that comes back tells of it", async ({ page, request }) => {
    await burst(request, { kind: "purchases", count: 20, poison: 13 });
    const reason = "quantity_missing";
    const { waiting } = (await counts(request, "purchases")).find((count) => count.reason === reason)!;
    await page.goto(`/dead-letters?topic=purchases&reason=${reason}`);
    await page.getByRole("button", { name: `Replay all ${waiting}…` }).click();
    await page.getByRole("dialog").getByRole("button", { name: `Send ${waiting} again` }).click();
    await expect(page).toHaveURL(new RegExp(`reason=${reason}&sent=${waiting}&`));
    await expect(page.locator("main .banner")).toContainText(`Replay: ${waiting} sent again`);
  });

  test("a value that is no JSON is refused, and the page says why", async ({ page, request }) => {
    const letter = await broken(request, "{");
    await page.goto(`/dead-letters?sel=${letter.topic}/${letter.partition}/${letter.offset}`);
    await page.getByRole("button", { name: `Replay ${place(letter)} with this value` }).click();
    await expect(page.getByRole("alert")).toContainText("The value was not sent: it ends in the middle");
    expect((await letters(request, "user_connections")).find(({ id }) => id === letter.id)!.replayed_at).toBeNull();
  });
});

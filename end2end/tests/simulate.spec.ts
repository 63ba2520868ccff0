// Press a button, watch it arrive: every control of the simulate page, and what it says to what is wrong.
import type { APIRequestContext, Locator, Page } from "@playwright/test";

import { expect, open, test, type Burst } from "./fixture.ts";

const card = (page: Page, kind: "Purchases" | "Interactions" | "Connections") => page.getByRole("region", { name: kind, exact: true });
const counter = (page: Page, name: string) => page.getByTestId(`burst-${name}`);

test("each button sends as many as it says", async ({ page }) => {
  await open(page, "/simulate");
  for (const count of ["10", "100", "1,000", "10,000"]) {
    await page.getByRole("button", { name: `Send ${count} connections`, exact: true }).click();
    for (const stage of ["sent", "acked", "stored"]) {
      await expect(counter(page, `user_connections-${stage}`)).toHaveText(count, { timeout: 30_000 });
    }
    await expect(card(page, "Connections")).toContainText(new RegExp(`${count} of ${count} stored in [\\d.]+ m?s`));
  }
});

test("a number of one's own is sent with Enter", async ({ page }) => {
  await open(page, "/simulate");
  await page.getByLabel("Another number of purchases").fill("1,234");
  await page.getByLabel("Another number of purchases").press("Enter");
  await expect(counter(page, "purchases-stored")).toHaveText("1,234");
});

test.describe("what is wrong", () => {
  test.use({ expectedErrors: [/400 \(Bad Request\)/] });

  test("is said beside the field that has it, and goes when it is right", async ({ page }) => {
    await open(page, "/simulate");
    const purchases = card(page, "Purchases");
    const own = page.getByLabel("Another number of purchases");
    const send = page.getByRole("button", { name: "Send own number of purchases" });
    const wrong = async (field: Locator, sentence: RegExp) => {
      await expect(purchases.getByRole("alert")).toContainText(sentence);
      await expect(field).toHaveAttribute("aria-invalid", "true");
      const described = await field.getAttribute("aria-describedby");
      await expect(page.locator(`[id="${described}"]`)).toContainText(sentence);
    };
    await send.click();
    await wrong(own, /How many events\? give a number from 1 to 1,000,000/i);
    await own.fill("many");
    await send.click();
    await wrong(own, /"many" is no number of events/);
    await own.fill("1000001");
    await send.click();
    await wrong(own, /1 to 1,000,000 events/);
    const seed = page.getByLabel("Seed, purchases");
    await seed.fill("x");
    await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
    await wrong(seed, /"x" is no seed/);
    await expect(own).not.toHaveAttribute("aria-invalid", /.*/);
    await seed.fill("");
    await page.getByRole("switch", { name: "Some purchases are broken" }).check();
    const broken = page.getByLabel("How many purchases are broken");
    await broken.fill("50");
    await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
    await wrong(broken, /of 10 events at most 10 can be broken, not 50/i);
    await broken.fill("3");
    await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
    await expect(counter(page, "purchases-stored")).toHaveText("7");
    await expect(counter(page, "purchases-dead")).toHaveText("3");
    await expect(purchases.getByRole("alert")).toHaveCount(0);
    await expect(card(page, "Interactions").getByRole("alert")).toHaveCount(0);
  });
});

test("nothing is broken while the switch is off, whatever stands beside it", async ({ page }) => {
  await open(page, "/simulate");
  const toggle = page.getByRole("switch", { name: "Some interactions are broken" });
  await toggle.check();
  await page.getByLabel("How many interactions are broken").fill("4");
  await toggle.uncheck();
  await page.getByRole("button", { name: "Send 10 interactions", exact: true }).click();
  await expect(counter(page, "product_interactions-stored")).toHaveText("10");
  await expect(counter(page, "product_interactions-dead")).toHaveText("0");
});

/** How often each product was bought. */
async function bought(request: APIRequestContext) {
  const { answer } = await (await request.get("/api/queries/top-products?days=365&limit=1000")).json();
  const products: { product: number; purchases: number }[] = Object.values<any>(answer).flat();
  return new Map(products.map((product) => [product.product, product.purchases]));
}

test("the same seed makes the same events, also when a burst is sent again", async ({ page, request }) => {
  await open(page, "/simulate");
  const grown = async (send: () => Promise<void>) => {
    const before = await bought(request);
    await send();
    const arrived = async () => [...(await bought(request)).values()].reduce((sum, count) => sum + count, 0);
    const wanted = [...before.values()].reduce((sum, count) => sum + count, 0) + 200;
    await expect.poll(arrived, { timeout: 30_000 }).toBe(wanted);
    const after = await bought(request);
    return [...after].map(([id, count]) => [id, count - (before.get(id) ?? 0)]).filter(([, more]) => more !== 0).sort();
  };
  await page.getByLabel("Seed, purchases").fill("4,242");
  await page.getByLabel("Another number of purchases").fill("200");
  const first = await grown(() => page.getByRole("button", { name: "Send own number of purchases" }).click());
  await expect(card(page, "Purchases")).toContainText("seed 4242");
  const second = await grown(() => page.getByRole("button", { name: "Send 200 purchases with seed 4242 again" }).first().click());
  expect(second).toEqual(first);
  await page.getByLabel("Seed, purchases").fill("");
  const other = await grown(() => page.getByRole("button", { name: "Send own number of purchases" }).click());
  expect(other).not.toEqual(first);
});

test("a burst can be cancelled, and what was sent is stored", async ({ page, request }) => {
  await open(page, "/simulate");
  await page.getByLabel("Another number of purchases").fill("1000000");
  await page.getByRole("button", { name: "Send own number of purchases" }).click();
  const cancel = page.getByRole("button", { name: "Cancel the burst of purchases" });
  await expect(cancel).toBeVisible();
  await cancel.click();
  await expect(card(page, "Purchases")).toContainText(/Cancelled after [\d,]+ of 1,000,000: [\d,]+ stored/, { timeout: 45_000 });
  await expect(cancel).toHaveCount(0);
  const { bursts } = (await (await request.get("/api/status")).json()) as { bursts: (Burst & { cancelled: boolean })[] };
  expect(bursts[0]).toMatchObject({ cancelled: true, done: true });
  expect(bursts[0]!.stored).toBe(bursts[0]!.sent);
  expect(bursts[0]!.sent).toBeLessThan(1_000_000);
});

test("two bursts run at once, and no button moves while the counters grow", async ({ page }) => {
  await open(page, "/simulate");
  const buttons = page.getByRole("main").getByRole("button", { name: /^Send [\d,]+ \w+$/ });
  const places = async () => Promise.all((await buttons.all()).map((button) => button.boundingBox()));
  const before = await places();
  expect(before.length).toBe(12);
  await page.getByRole("button", { name: "Send 10,000 purchases", exact: true }).click();
  await page.getByRole("button", { name: "Send 10,000 connections", exact: true }).click();
  await expect(counter(page, "purchases-sent")).not.toHaveText("0");
  expect(await places()).toEqual(before);
  for (const topic of ["purchases", "user_connections"]) {
    await expect(counter(page, `${topic}-stored`)).toHaveText("10,000", { timeout: 30_000 });
  }
  expect(await places()).toEqual(before);
  const rows = page.getByRole("region", { name: "Recent bursts", exact: true }).getByRole("row").filter({ hasText: "10,000 of 10,000 stored" });
  await expect(rows.first()).toContainText(/[\d.]+ s[\d,]+ \/s/);
  await expect(rows.filter({ hasText: "Purchases" }).first()).toBeVisible();
  await expect(rows.filter({ hasText: "Connections" }).first()).toBeVisible();
});

test("a row of the list keeps the focus while its numbers move", async ({ page, request }) => {
  await open(page, "/simulate");
  await request.post("/api/bursts", { data: { kind: "user_connections", count: 20 } });
  const again = page.getByRole("button", { name: /^Send 20 connections with seed \d+ again$/ }).first();
  await again.focus();
  await request.post("/api/bursts", { data: { kind: "product_interactions", count: 5_000 } });
  await expect(counter(page, "product_interactions-stored")).toHaveText("5,000");
  await expect(again).toBeFocused();
});

test.describe("a producer", () => {
  // It is told a rate that is none, too.
  test.use({ expectedErrors: [/400 \(Bad Request\)/] });

  test("is started, told another rate and stopped", async ({ page, request }) => {
    await open(page, "/simulate");
    const row = page.getByRole("region", { name: "Producers" }).getByRole("listitem").filter({ hasText: "Connections" });
    await row.getByLabel("Connections a second").fill("200");
    await row.getByRole("button", { name: "Start producing connections" }).click();
    await expect(row.getByText("running")).toBeVisible();
    await expect(row).toContainText("wanted 200 /s");
    const actual = async () => (await (await request.get("/api/producers/user_connections")).json()).actual_per_second as number;
    await expect.poll(actual, { timeout: 20_000 }).toBeGreaterThan(100);
    await expect(row).toContainText(/actual [1-9][\d,]* \/s/);
    await row.getByLabel("Connections a second").fill("50");
    await row.getByRole("button", { name: "Set the rate of connections" }).click();
    await expect(row).toContainText("wanted 50 /s");
    // Past the browser's own check, to see what the server says.
    await row.locator("form").evaluate((form: HTMLFormElement) => (form.noValidate = true));
    await row.getByLabel("Connections a second").fill("0");
    await row.getByRole("button", { name: "Set the rate of connections" }).click();
    await expect(row.getByRole("alert")).toContainText("A rate is from 1 to 100,000 records a second, not 0.");
    await expect(row.getByLabel("Connections a second")).toHaveAttribute("aria-invalid", "true");
    await row.getByLabel("Connections a second").fill("50");
    await row.getByRole("button", { name: "Stop producing connections" }).click();
    await expect(row.getByText("stopped")).toBeVisible();
    await expect.poll(actual).toBe(0);
  });
});

test("everything is reached by keyboard, in the order in which it is read", async ({ page }) => {
  await open(page, "/simulate");
  await page.getByRole("button", { name: "Send 10 purchases", exact: true }).focus();
  for (const next of [
    page.getByRole("button", { name: "Send 100 purchases", exact: true }),
    page.getByRole("button", { name: "Send 1,000 purchases", exact: true }),
    page.getByRole("button", { name: "Send 10,000 purchases", exact: true }),
    page.getByLabel("Another number of purchases"),
    page.getByRole("button", { name: "Send own number of purchases" }),
    page.getByLabel("Seed, purchases"),
    page.getByRole("switch", { name: "Some purchases are broken" }),
  ]) {
    await page.keyboard.press("Tab");
    await expect(next).toBeFocused();
  }
  await page.keyboard.press("Space");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("How many purchases are broken")).toBeFocused();
});

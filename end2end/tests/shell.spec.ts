// What every page stands in: whether it is live and since when not, the keys, the way from page to page.
import type { Page } from "@playwright/test";

import { PAGES, arrived, expect, hydrated, open, test } from "./fixture.ts";

const chip = (page: Page) => page.getByRole("status", { name: "Connection" });

/** Makes the page believe that somebody looks, or that nobody does. */
async function show(page: Page, shown: boolean) {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, !shown);
}

/** Answers the event stream with one status, made of the true one. */
async function tell(page: Page, change: (status: any) => void) {
  const status = await (await page.request.get("/api/status")).json();
  change(status);
  // The newest route is the one that answers. None is taken away: in a moment without one the page would hear the server.
  await page.route("**/events", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: `retry: 100\nevent: status\ndata: ${JSON.stringify(status)}\n\n` }),
  );
}

test.describe("the connection", () => {
  test.use({ expectedErrors: [/Failed to load resource|ERR_FAILED|ERR_CONNECTION_REFUSED|ERR_INCOMPLETE_CHUNKED|net::ERR/] });

  test("is live, then reconnecting, then stale since a time, and live again", async ({ page }) => {
    await open(page, "/");
    await expect(chip(page)).toHaveText("Live");
    await show(page, false);
    await expect(chip(page)).toHaveText(/^Paused at \d\d:\d\d:\d\d$/);
    await page.route("**/events", (route) => route.abort());
    await page.route("**/fn/read/status*", (route) => route.abort());
    await show(page, true);
    await expect(chip(page)).toHaveText("Reconnecting");
    await expect(chip(page)).toHaveText(/^Stale since \d\d:\d\d:\d\d$/);
    await expect(page.getByRole("alert")).toContainText(/Sluice has not answered since \d\d:\d\d:\d\d\. What you see is of then/);
    await page.unroute("**/events");
    await page.unroute("**/fn/read/status*");
    await expect(chip(page)).toHaveText("Live");
    await expect(page.getByRole("alert")).toHaveCount(0);
  });

  test("without a stream to spare, the status is asked for every few seconds", async ({ page }) => {
    await page.route("**/events", (route) => route.fulfill({ status: 503, contentType: "application/json", body: "{}" }));
    await open(page, "/");
    await expect(chip(page)).toHaveText("Live, every 3 s");
  });

  test("a server that is killed and started anew is found again without a reload", async ({ page, own }) => {
    test.setTimeout(120_000);
    const server = own(0);
    await server.start();
    await open(page, `${server.address}/simulate`);
    await page.evaluate(() => Object.assign(window, { notReloaded: true }));
    await expect(chip(page)).toHaveText("Live");
    await server.kill();
    await expect(chip(page)).toHaveText("Reconnecting");
    await expect(chip(page)).toHaveText(/^Stale since \d\d:\d\d:\d\d$/);
    await server.start();
    await expect(chip(page)).toHaveText("Live");
    await expect(page.getByText(/Sluice was started anew at \d\d:\d\d:\d\d/)).toBeVisible();
    await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
    await expect(page.getByTestId("burst-purchases-stored")).toHaveText("10");
    expect(await page.evaluate(() => "notReloaded" in window)).toBe(true);
    await page.getByRole("button", { name: "Dismiss" }).click();
    await expect(page.getByText("Sluice was started anew")).toHaveCount(0);
  });
});

test("another build of the pages is offered, and a reload brings it", async ({ page }) => {
  await open(page, "/");
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  await tell(page, (status) => (status.build = "another"));
  await show(page, false);
  await show(page, true);
  const offer = page.getByRole("status").filter({ hasText: "Sluice was updated" });
  await expect(offer).toBeVisible();
  await page.unroute("**/events");
  await offer.getByRole("button", { name: "Reload" }).click();
  await expect.poll(() => page.evaluate(() => "notReloaded" in window)).toBe(false);
  await hydrated(page);
  await expect(chip(page)).toHaveText("Live");
  await expect(page.getByText("Sluice was updated")).toHaveCount(0);
});

test("an outage is told on every page with its time, and that it is over", async ({ page }) => {
  await open(page, "/simulate");
  await tell(page, (status) => {
    Object.assign(status.graph, { embedded: false, connected: false, error: "connection refused", location: "bolt://db:7687" });
    status.graph.since = status.at - 72_000;
  });
  await show(page, false);
  await show(page, true);
  const alert = page.getByRole("alert");
  await expect(alert).toContainText(/Neo4j has not answered since \d\d:\d\d:\d\d \(1 min 12 s\)\. Sinks keep their place and go on by themselves\./);
  await expect(alert).toContainText("bolt://db:7687: Connection refused.");
  await tell(page, (status) => {
    Object.assign(status.graph, { embedded: false });
    for (const connector of status.connectors) connector.lag = 0;
    status.connectors[0].lag = 12_402;
  });
  await expect(page.getByText("Neo4j answers again; 12,402 records are being caught up.")).toBeVisible();
  await expect(alert).toHaveCount(0);
});

test("refresh Off lets the page rest, but for what is ordered", async ({ page }) => {
  await open(page, "/simulate");
  await page.getByLabel("Refresh answers").selectOption("0");
  await expect(chip(page)).toHaveText(/^Paused at/);
  await page.getByRole("button", { name: "Send 100 connections" }).click();
  await expect(chip(page)).toHaveText("Live");
  await expect(page.getByTestId("burst-user_connections-stored")).toHaveText("100");
  await expect(chip(page)).toHaveText(/^Paused at/, { timeout: 20_000 });
  await page.reload();
  await hydrated(page);
  await expect(page.getByLabel("Refresh answers")).toHaveValue("0");
  await expect(chip(page)).toHaveText(/^Paused at/);
  // `r` looks once, and the page goes on resting.
  const { id } = await (await page.request.post("/api/bursts", { data: { kind: "user_connections", count: 77 } })).json();
  await arrived(page.request, id);
  await page.keyboard.press("r");
  await expect(page.getByTestId("burst-user_connections-stored")).toHaveText("77");
  await page.getByLabel("Refresh answers").selectOption("30");
  await expect(chip(page)).toHaveText("Live");
});

test.describe("a page whose program ends", () => {
  // Hydration ends in a panic where the document is not the one that the server made.
  test.use({ expectedErrors: [/panicked|unreachable|hydration/i] });

  test("says that it has stopped, and a reload brings it back", async ({ page }) => {
    await page.route("**/simulate", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('<ul class="producers">', "") });
    });
    await page.goto("/simulate");
    const banner = page.getByRole("alert").filter({ hasText: "This page has stopped" });
    await expect(banner).toBeVisible();
    await page.unroute("**/simulate");
    await banner.getByRole("link", { name: "Reload" }).click();
    await hydrated(page);
    await expect(banner).toHaveCount(0);
    await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
    await expect(page.getByTestId("burst-purchases-stored")).toHaveText("10");
  });
});

test("keys go to pages, turn the theme and tell of themselves", async ({ page }) => {
  await open(page, "/");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  await page.keyboard.press("?");
  await expect(dialog).toBeVisible();
  await expect(dialog).toContainText("Overview");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await expect(page, "the page behind a dialog rests").toHaveURL(/\/$/);
  await page.keyboard.press("Escape");
  await expect(dialog).toBeHidden();
  for (const [letter, path] of [["s", "/simulate"], ["p", "/insights/top-products"], ["d", "/dead-letters"], ["o", "/"]] as const) {
    await page.keyboard.press("g");
    await page.keyboard.press(letter);
    await expect(page).toHaveURL(new RegExp(`${path}$`));
  }
  for (const theme of ["light", "dark", "auto"]) {
    await page.keyboard.press("t");
    await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
    await expect(page.getByLabel("Theme", { exact: true })).toHaveValue(theme);
  }
  const button = page.getByRole("button", { name: "Keys" });
  await button.click();
  await expect(dialog).toBeVisible();
  await dialog.getByRole("button", { name: "Close" }).click();
  await expect(button).toBeFocused();
});

test("keys rest in fields, and can be switched off for good", async ({ page }) => {
  await open(page, "/simulate");
  const dialog = page.getByRole("dialog", { name: "Keys" });
  const theme = await page.locator("html").getAttribute("data-theme");
  const field = page.getByLabel("Seed, purchases");
  await field.pressSequentially("?tgs");
  await expect(field).toHaveValue("?tgs");
  await expect(dialog).toBeHidden();
  await expect(page.locator("html")).toHaveAttribute("data-theme", theme!);
  await page.getByRole("button", { name: "Keys" }).click();
  await dialog.getByRole("checkbox").uncheck();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await page.keyboard.press("t");
  await expect(dialog).toBeHidden();
  await expect(page.locator("html")).toHaveAttribute("data-theme", theme!);
  await page.reload();
  await hydrated(page);
  await page.keyboard.press("?");
  await page.getByRole("button", { name: "Keys" }).click();
  await expect(dialog.getByRole("checkbox")).not.toBeChecked();
  await dialog.getByRole("checkbox").check();
  await page.keyboard.press("Escape");
  await page.keyboard.press("?");
  await expect(dialog).toBeVisible();
});

test("each page has its title", async ({ page }) => {
  const titles = new Set<string>();
  for (const address of Object.values(PAGES)) {
    await page.goto(address);
    const heading = await page.getByRole("heading", { level: 1 }).textContent();
    await expect(page).toHaveTitle(`${heading} · Sluice`);
    titles.add(heading!);
  }
  expect(titles.size).toBe(Object.keys(PAGES).length);
});

test("who arrives on a page is told so, and goes on from its heading", async ({ page }) => {
  await open(page, "/");
  await expect(page.getByTestId("arrival")).toBeEmpty();
  await page.getByRole("link", { name: "Best rated" }).first().click();
  await expect(page.getByRole("heading", { level: 1 })).toBeFocused();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Best rated");
  await expect(page.getByTestId("arrival")).toHaveText("Best rated, page opened");
  await expect(page).toHaveTitle("Best rated · Sluice");
});

test("the skip link leads past the navigation", async ({ page }) => {
  await open(page, "/");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to content" });
  await expect(skip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.locator("main")).toBeFocused();
});

test("the way back leads to the place on the page where one was", async ({ page }) => {
  await open(page, "/");
  await expect(page.locator("main").getByRole("img").first()).toBeVisible();
  await page.evaluate(() => window.scrollTo(0, 500));
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(500);
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Simulate" }).click();
  await expect(page).toHaveURL(/\/simulate$/);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(0);
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
  await expect.poll(() => page.evaluate(() => window.scrollY)).toBe(500);
});

test("who moves by himself on the way back is not moved any more", async ({ page }) => {
  await open(page, "/");
  await page.evaluate(() => window.scrollTo(0, 500));
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Simulate" }).click();
  await expect(page).toHaveURL(/\/simulate$/);
  // Where all of the page is seen there is no going there.
  await page.setViewportSize({ width: 1280, height: 3_000 });
  await page.goBack();
  await expect(page).toHaveURL(/\/$/);
  await page.keyboard.press("Home");
  await page.setViewportSize({ width: 1280, height: 300 });
  await expect.poll(() => page.evaluate(() => document.documentElement.scrollHeight)).toBeGreaterThan(800);
  // It would have been tried ten times meanwhile.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 500)));
  expect(await page.evaluate(() => window.scrollY)).toBe(0);
});

/** All elements by name and namespace. Leptos puts a bare group around what never changes in a drawing. */
const TREE = `(() => {
  const lines = [];
  const walk = (element, depth) => {
    const isBare = element.localName === "g" && element.attributes.length === 0;
    if (!isBare) lines.push(" ".repeat(depth) + element.localName + " of " + element.namespaceURI);
    for (const child of element.children) walk(child, isBare ? depth : depth + 1);
  };
  walk(document.querySelector("main"), 0);
  return lines.join("\\n");
})()`;

test("a page that a link led to is made of the same as one that the server made", async ({ page }) => {
  test.setTimeout(120_000);
  const nav = page.getByRole("navigation", { name: "Main" });
  for (const [name, address] of Object.entries(PAGES)) {
    // What is told of the last seconds comes and goes meanwhile.
    await expect(async () => {
      await open(page, address);
      const made = await page.evaluate<string>(TREE);
      await open(page, name === "simulate" ? PAGES.stream : PAGES.simulate);
      await page.evaluate(() => Object.assign(window, { isSame: true }));
      await nav.locator(`a[href="${name === "new-connector" ? PAGES.connectors : address}"]`).first().click();
      if (name === "new-connector") await page.locator("main").getByRole("link", { name: "New connector" }).click();
      await expect(page).toHaveURL(new RegExp(`${address}$`));
      await expect.poll(() => page.evaluate<string>(TREE), { message: name, timeout: 4_000 }).toBe(made);
      expect(await page.evaluate(() => "isSame" in window), `${name} was reached without a load`).toBe(true);
    }).toPass({ timeout: 40_000 });
  }
});

test("times are the reader's, and in UTC where nobody knows the reader", async ({ browser, baseURL }) => {
  const context = await browser.newContext({ baseURL, timezoneId: "Asia/Kolkata" });
  const page = await context.newPage();
  await open(page, "/");
  const time = page.getByRole("region", { name: "What happened" }).locator("time").first();
  const machine = await time.getAttribute("datetime");
  const local = new Intl.DateTimeFormat("en-GB", { timeZone: "Asia/Kolkata", timeStyle: "medium" }).format(new Date(machine!));
  await expect(time).toHaveText(local);
  await expect(time).toHaveAttribute("title", / UTC$/);
  await context.close();
  const plain = await browser.newContext({ baseURL, javaScriptEnabled: false });
  const still = await plain.newPage();
  await still.goto("/");
  await expect(still.getByRole("region", { name: "What happened" }).locator("time").first()).toHaveText(/^\s*\d\d:\d\d:\d\d UTC\s*$/);
  await plain.close();
});

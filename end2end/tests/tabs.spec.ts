// Several tabs at once: one stream each, none while nobody looks, and none left behind.
import type { Page } from "@playwright/test";

import { arrived, expect, open, test } from "./fixture.ts";

/** How many event streams a page has opened, and how many of them are open. */
function streams(page: Page) {
  const count = { opened: 0, open: 0 };
  const isStream = (address: string) => new URL(address).pathname === "/events";
  page.on("request", (request) => {
    if (isStream(request.url())) count.open = (count.opened++, count.open + 1);
  });
  const ended = (request: { url(): string }) => {
    if (isStream(request.url())) count.open--;
  };
  page.on("requestfailed", ended);
  page.on("requestfinished", ended);
  return count;
}

async function show(page: Page, shown: boolean) {
  await page.evaluate((hidden) => {
    Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
    document.dispatchEvent(new Event("visibilitychange", { bubbles: true }));
  }, !shown);
}

test("two tabs see the same burst arrive", async ({ page, context }) => {
  const other = await context.newPage();
  await open(page, "/simulate");
  await open(other, "/simulate");
  await page.getByRole("button", { name: "Send 1,000 connections" }).click();
  for (const tab of [page, other]) {
    await expect(tab.getByTestId("burst-user_connections-stored")).toHaveText("1,000");
    await expect(tab.getByRole("region", { name: "Connections" })).toContainText("1,000 of 1,000 stored in");
  }
});

test("a hidden tab closes its stream, and catches up when it is back", async ({ page, request }) => {
  const count = streams(page);
  await open(page, "/simulate");
  await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live");
  expect(count).toEqual({ opened: 1, open: 1 });
  await show(page, false);
  await expect.poll(() => count.open).toBe(0);
  const { id } = await (await request.post("/api/bursts", { data: { kind: "product_interactions", count: 321 } })).json();
  await arrived(request, id);
  await expect(page.getByTestId("burst-product_interactions-stored"), "nobody looks").not.toHaveText("321");
  await show(page, true);
  await expect(page.getByTestId("burst-product_interactions-stored")).toHaveText("321");
  await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live");
  expect(count).toEqual({ opened: 2, open: 1 });
});

test("what was hidden asks for its answers once when it is back", async ({ page }) => {
  await open(page, "/insights/influencers");
  await page.getByLabel("Refresh answers").selectOption("30");
  await show(page, false);
  let asked = 0;
  page.on("request", (request) => {
    if (request.url().includes("/fn/read/influencers")) asked++;
  });
  await show(page, true);
  await expect.poll(() => asked).toBe(1);
});

test("walking through pages keeps the one stream", async ({ page }) => {
  const count = streams(page);
  await open(page, "/");
  for (const name of ["Simulate", "Influencers", "Dead letters", "Overview"]) {
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name }).click();
    await expect(page.getByRole("heading", { level: 1 })).toHaveText(name);
  }
  expect(count).toEqual({ opened: 1, open: 1 });
});

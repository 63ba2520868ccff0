// Pages come in chunks: each loads its own and no other, one that is slow or gone says so, and what the server drew stays.
import type { Page } from "@playwright/test";

import { PAGES, expect, hydrated, open, test } from "./fixture.ts";

const CHUNK = /\/pkg\/[0-9a-f]+\/\w+\.chunk$/;
const NAMED = /href="(\/pkg\/[0-9a-f]+\/\w+\.chunk)"/g;
const SIMULATE = /\/simulate\.chunk$/;

/** The chunks that a page has asked for. */
function chunks(page: Page): string[] {
  const asked: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (CHUNK.test(pathname)) asked.push(pathname);
  });
  return asked;
}

test("a page loads the chunk that its HTML names, once, and no other", async ({ page, request }) => {
  const asked = chunks(page);
  for (const address of Object.values(PAGES)) {
    const html = await (await request.get(address)).text();
    const named = [...html.matchAll(NAMED)].map((match) => match[1]);
    expect(named.length, address).toBe(1);
    asked.length = 0;
    await open(page, address);
    expect(asked, address).toEqual(named);
  }
});

test("a chunk is kept by the browser, since its name changes with the build", async ({ request }) => {
  const html = await (await request.get("/simulate")).text();
  const [, name] = [...html.matchAll(NAMED)][0]!;
  expect((await request.get(name!)).headers()["cache-control"]).toContain("immutable");
  expect((await request.get("/pkg/sluice_bg.wasm")).headers()["cache-control"]).toBe("no-cache");
});

test("what the server drew stays until the chunk is there", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(SIMULATE, async (route) => {
    await held;
    await route.continue();
  });
  await page.goto("/simulate", { waitUntil: "commit" });
  const button = page.getByRole("button", { name: "Send 10 purchases", exact: true });
  await expect(button).toBeVisible();
  await button.evaluate((element) => ((element as HTMLElement & { same?: boolean }).same = true));
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated", /.*/);
  release();
  await hydrated(page);
  // The same element, taken over and not made anew.
  expect(await button.evaluate((element) => (element as HTMLElement & { same?: boolean }).same)).toBe(true);
});

test("a page whose chunk is slow shows that it is coming", async ({ page }) => {
  await open(page, "/");
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(SIMULATE, async (route) => {
    await held;
    await route.continue();
  });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Simulate" }).click();
  const line = page.getByRole("progressbar", { name: "Loading the page" });
  await expect(line).toBeVisible();
  // As soon as a person notices, not sooner: 80 ms after the click.
  expect(await line.evaluate((element) => element.getAnimations()[0]?.effect?.getTiming().delay ?? 0)).toBeLessThanOrEqual(100);
  release();
  await expect(page.getByRole("button", { name: "Send 10 purchases", exact: true })).toBeVisible();
  await expect(line).toHaveCount(0);
});

test.describe("without its chunk", () => {
  test.use({ expectedErrors: [/simulate\.chunk|Failed to fetch|404|HTTP status code|NetworkError/] });

  test("a page that one goes to says so, and how to go on", async ({ page }) => {
    await open(page, "/");
    // As a server of another version answers.
    await page.route(SIMULATE, (route) => route.fulfill({ status: 404, body: "no such file\n" }));
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Simulate" }).click();
    const alert = page.getByRole("alert").filter({ hasText: "This page did not load." });
    await expect(alert).toBeVisible();
    // Other pages are none the worse.
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Overview" }).click();
    await expect(alert).toHaveCount(0);
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Simulate" }).click();
    await expect(alert).toBeVisible();
    await page.unroute(SIMULATE);
    await alert.getByRole("link", { name: "Reload" }).click();
    await hydrated(page);
    await expect(page.getByRole("button", { name: "Send 10 purchases", exact: true })).toBeVisible();
  });

  test("a page that one opens stays as the server drew it, and says so", async ({ page }) => {
    await page.route(SIMULATE, (route) => route.abort());
    await page.goto("/simulate");
    await expect(page.getByRole("alert").filter({ hasText: "This page does not move." })).toBeVisible();
    await expect(page.getByRole("button", { name: "Send 10 purchases", exact: true })).toBeVisible();
    await page.unroute(SIMULATE);
    await page.getByRole("link", { name: "Reload" }).click();
    await hydrated(page);
  });
});

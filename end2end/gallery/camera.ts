// Takes the pictures: each in both themes, as wide as a desk and as a phone, into target/gallery.
import { test as base, burst, expect, hydrated } from "../tests/fixture.ts";
import type { Page } from "@playwright/test";

export { burst, expect };
export { PAGES, QUESTIONS } from "../tests/fixture.ts";

const FOLDER = "../target/gallery";
export const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;
export type Size = keyof typeof SIZES;

export const test = base.extend<{ expectedErrors: RegExp[] }, { spoiled: void }>({
  // A page that is not there complains, and so does one whose server is cut off.
  expectedErrors: async ({}, use) => use([/404|Failed to load resource|net::ERR/]),

  // Beside what all tests have: records of each topic that broke a rule.
  spoiled: [
    async ({ filled: _, playwright }, use, worker) => {
      const api = await playwright.request.newContext({ baseURL: worker.project.use.baseURL! });
      await burst(api, { kind: "purchases", count: 60, seed: 11, poison: 30 });
      await burst(api, { kind: "product_interactions", count: 20, seed: 12, poison: 6 });
      await burst(api, { kind: "user_connections", count: 20, seed: 13, poison: 1 });
      await api.dispose();
      await use();
    },
    { scope: "worker", auto: true },
  ],
});

/** Opens a page and waits until it has all its answers. */
export async function settle(page: Page, address: string) {
  await page.goto(address);
  await hydrated(page);
  await answered(page);
}

/** Waits until nothing is being asked for any more: what is says so. */
export async function answered(page: Page) {
  await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
  await expect(page.getByText("Asking the graph…")).toHaveCount(0);
}

/** Turns the page to a theme as a visitor does, also where a dialog lies over the switch. */
async function turn(page: Page, theme: "light" | "dark") {
  await page.getByLabel("Theme", { exact: true }).selectOption(theme, { force: true });
  await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
}

/**
 * Takes what is on the page now in both themes; `whole` is all of it, else what fits the screen. Nothing glides meanwhile:
 * a page at work would never hold still otherwise.
 */
export async function take(page: Page, name: string, size: Size, whole = true) {
  await page.emulateMedia({ reducedMotion: "reduce" });
  for (const theme of ["dark", "light"] as const) {
    await turn(page, theme);
    await answered(page);
    await page.screenshot({ path: `${FOLDER}/${name}-${theme}-${size}.png`, fullPage: whole });
  }
}

/** A test for each size, whose page is as large. */
export function each(title: string, body: (page: Page, size: Size) => Promise<void>) {
  for (const size of Object.keys(SIZES) as Size[]) {
    test(`${title}, ${size}`, async ({ page }) => {
      await page.setViewportSize(SIZES[size]);
      await body(page, size);
    });
  }
}

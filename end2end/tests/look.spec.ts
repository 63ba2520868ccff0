// How it looks, as far as a machine can tell: nothing that Axe finds in either theme, a phone, a theme that stays. The
// pictures for people are those of `gallery/`.
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";

import { PAGES, QUESTIONS, THEMES, choose, expect, open, sideways, test } from "./fixture.ts";

const VIEWS = ["graph", "table", "query"];
const ADDRESSES = [...Object.values(PAGES), ...QUESTIONS.flatMap((question) => VIEWS.map((view) => `/insights/${question}?view=${view}`))];

/** What lies over the page and is no message: a class of another room that happens to have the same name. */
const over = (page: Page) =>
  page.evaluate(() =>
    [...document.querySelectorAll("body *")]
      .filter((element) => getComputedStyle(element).position === "fixed" && element.getClientRects().length > 0)
      .filter((element) => !element.closest(".toasts"))
      .map((element) => element.outerHTML.slice(0, 80)),
  );

for (const theme of THEMES) {
  test(`axe finds nothing on any page in the ${theme} theme`, async ({ page, baseURL }) => {
    test.setTimeout(300_000);
    await choose(page, theme, baseURL!);
    for (const address of ADDRESSES) {
      await open(page, address);
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
      const found = violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => [node.target.join(" "), node.failureSummary]) }));
      expect.soft(found, `${address} in ${theme}`).toEqual([]);
    }
  });
}

/** What scrolls down within the page though it was not made for that, on a phone where it holds a finger up. */
const SCROLLS = `[...document.querySelectorAll("main .scroll")]
  .filter((element) => element.scrollHeight > element.clientHeight && getComputedStyle(element).maxHeight === "none")
  .map((element) => element.outerHTML.slice(0, 80))`;

// The second is also what a window of 1,280 pixels shows at four times the size.
for (const width of [390, 320]) {
  test(`a phone of ${width} pixels scrolls down only, and nothing lies over the page`, async ({ page }) => {
    await page.setViewportSize({ width, height: 844 });
    for (const address of ADDRESSES) {
      await open(page, address);
      const overflow = await sideways(page);
      expect.soft(overflow, address).toBeLessThanOrEqual(0);
      expect.soft(await page.evaluate(SCROLLS), address).toEqual([]);
      await expect.poll(() => over(page), address).toEqual([]);
    }
  });
}

test.describe("with colours of the reader's own", () => {
  // Chromium's hint to who looks at a canvas twice.
  test.use({ forcedColors: "active", expectedErrors: [/willReadFrequently/] });

  test("graphs and legends keep theirs, since they mean something", async ({ page }) => {
    await open(page, "/insights/similar-buyers?view=graph");
    const colours = () =>
      page.locator(".stage canvas").evaluateAll(
        (canvases) =>
          new Set(
            (canvases as HTMLCanvasElement[]).flatMap((canvas) => {
              const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
              return Array.from({ length: data.length / 4 }, (_, i) => (data[4 * i]! >> 4) * 256 + (data[4 * i + 1]! >> 4) * 16 + (data[4 * i + 2]! >> 4));
            }),
          ).size,
      );
    await expect.poll(colours).toBeGreaterThan(30);
    await open(page, "/insights/best-rated");
    const legend = page.locator(".legend i");
    const painted = await legend.evaluateAll((swatches) => new Set(swatches.map((swatch) => getComputedStyle(swatch).backgroundColor)).size);
    expect(painted).toBe(5);
  });
});

test("the chosen theme stays after a reload", async ({ page, baseURL }) => {
  await choose(page, "light", baseURL!);
  await open(page, "/");
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await page.getByLabel("Theme", { exact: true }).selectOption("dark");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect.poll(background).not.toBe(light);
  await open(page, "/");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
});

test.describe("a page that is not there", () => {
  test.use({ expectedErrors: [/404/] });

  test("has a way back", async ({ page }) => {
    const response = await page.goto("/no-such-page");
    expect(response?.status()).toBe(404);
    await expect(page.locator("main").getByRole("link").first()).toBeVisible();
  });
});

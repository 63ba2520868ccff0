// How it looks: both themes, nothing that Axe finds, a phone, and a picture of every page to be looked at.
import { AxeBuilder } from "@axe-core/playwright";

import { PAGES, QUESTIONS, THEMES, choose, expect, open, test } from "./fixture.ts";

const ADDRESSES = [...Object.values(PAGES), ...QUESTIONS.flatMap((question) => [`/insights/${question}?view=graph`, `/insights/${question}?view=table`])];

for (const theme of THEMES) {
  test(`axe finds nothing on any page in the ${theme} theme`, async ({ page, baseURL }) => {
    test.setTimeout(180_000);
    await choose(page, theme, baseURL!);
    for (const address of ADDRESSES) {
      await open(page, address);
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
      const found = violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => [node.target.join(" "), node.failureSummary]) }));
      expect.soft(found, `${address} in ${theme}`).toEqual([]);
    }
  });

  test(`a picture of every page in the ${theme} theme`, async ({ page, baseURL }, info) => {
    await choose(page, theme, baseURL!);
    for (const [name, address] of Object.entries(PAGES)) {
      await open(page, address);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      await page.screenshot({ path: `../target/gallery/${info.project.name}/${name}-${theme}.png`, fullPage: true });
    }
    for (const question of QUESTIONS) {
      await open(page, `/insights/${question}?view=graph`);
      await page.screenshot({ path: `../target/gallery/${info.project.name}/${question}-graph-${theme}.png`, fullPage: true });
    }
  });
}

test("a phone of 390 pixels scrolls down only", async ({ page }, info) => {
  await page.setViewportSize({ width: 390, height: 844 });
  for (const [name, address] of Object.entries(PAGES)) {
    await open(page, address);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    expect.soft(overflow, address).toBeLessThanOrEqual(0);
    await page.screenshot({ path: `../target/gallery/${info.project.name}/${name}-phone.png`, fullPage: true });
  }
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

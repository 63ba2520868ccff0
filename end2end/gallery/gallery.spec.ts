// Every page × light and dark × desktop and phone, empty and full, as PNG in target/gallery.
import { PAGES, QUESTIONS, THEMES, burst, choose, expect, open, test } from "../tests/fixture.ts";

const FOLDER = "../target/gallery";
const SIZES = { desktop: { width: 1280, height: 900 }, phone: { width: 390, height: 844 } } as const;

/** Pages that no test walks through, and faces of those that do. */
const MORE = {
  ...Object.fromEntries(QUESTIONS.flatMap((question) => ["graph", "table"].map((view) => [`${question}-${view}`, `/insights/${question}?view=${view}`]))),
  "sign-in": "/sign-in",
};

test.use({ expectedErrors: [/404/] });

for (const theme of THEMES) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    const take = async (page: import("@playwright/test").Page, name: string, address: string) => {
      await page.setViewportSize(viewport);
      await open(page, address);
      await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
      // What is still being asked for says so.
      await expect(page.locator("main [aria-busy=true]")).toHaveCount(0);
      await page.screenshot({ path: `${FOLDER}/${name}-${theme}-${size}.png`, fullPage: true, animations: "disabled" });
    };

    test(`pages with data, ${theme}, ${size}`, async ({ page, baseURL, request }) => {
      await choose(page, theme, baseURL!);
      const { dead_letters } = await (await request.get("/api/status")).json();
      if (dead_letters.total === 0) await burst(request, { kind: "purchases", count: 20, seed: 11, poison: 5 });
      for (const [name, address] of Object.entries({ ...PAGES, ...MORE })) await take(page, name, address);
      await page.goto("/no-such-page");
      await page.screenshot({ path: `${FOLDER}/not-there-${theme}-${size}.png`, fullPage: true });
    });

    // Last of all, since it empties the graph.
    test(`first run, ${theme}, ${size} @empty`, async ({ page, baseURL, request }) => {
      await choose(page, theme, baseURL!);
      const reset = await request.post("/api/reset", { data: { confirm: "reset" } });
      expect(reset.ok(), await reset.text()).toBe(true);
      await expect.poll(async () => (await (await request.get("/api/status")).json()).graph.counts.users, { timeout: 60_000 }).toBe(0);
      await take(page, "first-run", "/");
    });
  }
}

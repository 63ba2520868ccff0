// WebAssembly that comes late: until then the page is a page, and a burst an ordinary form.
import { expect, hydrated, test } from "./fixture.ts";

test.beforeEach(async ({ page }) => {
  await page.route("**/*.wasm", async (route) => {
    await new Promise((late) => setTimeout(late, 3_000));
    await route.continue();
  });
});

test("a burst that is pressed before is sent, and the page comes alive afterwards", async ({ page, request }) => {
  await page.goto("/simulate", { waitUntil: "domcontentloaded" });
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated", /.*/);
  const posted = page.waitForRequest((request) => request.method() === "POST" && request.isNavigationRequest());
  await page.getByRole("button", { name: "Send 10 purchases", exact: true }).click();
  await posted;
  await expect(page).toHaveURL(/\/simulate/);
  await expect(page.locator("html"), "still only HTML").not.toHaveAttribute("data-hydrated", /.*/);
  await expect(page.getByTestId("burst-purchases-sent")).toHaveText("10");
  await hydrated(page);
  await expect(page.getByTestId("burst-purchases-stored")).toHaveText("10");
  const { bursts } = await (await request.get("/api/status")).json();
  expect(bursts[0]).toMatchObject({ kind: "purchases", count: 10 });
});

test("every number and chart of the overview is there before, and none is lost when the page comes alive", async ({ page }) => {
  await page.goto("/", { waitUntil: "domcontentloaded" });
  await expect(page.getByTestId("books")).toContainText(/[\d,]+ read = /);
  await expect(page.locator("main").getByRole("img").first()).toBeVisible();
  await expect(page.locator("html")).not.toHaveAttribute("data-hydrated", /.*/);
  await hydrated(page);
  await expect(page.getByRole("status", { name: "Connection" })).toHaveText("Live");
  await expect(page.getByTestId("books")).toContainText(/[\d,]+ read = /);
  await expect(page.locator("main").getByRole("img").first()).toBeVisible();
});

test("a link that is clicked before is an ordinary link", async ({ page }) => {
  await page.goto("/", { waitUntil: "domcontentloaded" });
  await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Simulate" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Simulate");
  await hydrated(page);
});

// Every page with data in it: 2,000 events of each kind and some dead letters, by a fixed seed.
import { PAGES, QUESTIONS, each, settle, take } from "./camera.ts";

each("every page", async (page, size) => {
  for (const [name, address] of Object.entries(PAGES)) {
    await settle(page, address);
    await take(page, name, size);
  }
  await page.goto("/no-such-page");
  await take(page, "not-there", size);
});

each("every view of the insights", async (page, size) => {
  for (const question of QUESTIONS) {
    for (const view of ["graph", "table", "query"]) {
      await settle(page, `/insights/${question}?view=${view}`);
      await take(page, `${question}-${view}`, size);
    }
  }
});

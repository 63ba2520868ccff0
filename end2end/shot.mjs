import { chromium } from "@playwright/test";
const b = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
for (const scheme of ["light", "dark"]) {
  const p = await b.newPage({ viewport: { width: 1280, height: 900 }, colorScheme: scheme });
  p.on("console", m => { if (m.type() === "error") console.log(m.text()); });
  p.on("pageerror", e => console.log("PAGEERROR", e.message));
  for (const q of ["similar-buyers", "influencers", "top-products"]) {
    if (scheme === "dark" && q !== "similar-buyers") continue;
    await p.goto(`http://127.0.0.1:3341/insights/${q}?view=graph`, { timeout: 60000 });
    await p.waitForSelector("html[data-hydrated]", { timeout: 60000 });
    await p.waitForFunction(() => !document.querySelector(".graph > svg.still"), null, { timeout: 60000 });
    await p.waitForTimeout(600);
    await p.screenshot({ path: `/tmp/w/g-${q}-${scheme}.png` });
    console.log(q, scheme, await p.locator(".export a").first().getAttribute("href"));
  }
}
await b.close();

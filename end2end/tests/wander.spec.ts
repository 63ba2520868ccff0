// Somebody who presses whatever there is, in any order and at any moment. It found what no test with a purpose did.
import type { ElementHandle, Page } from "@playwright/test";

import { expect, open, sideways, test } from "./fixture.ts";

// Shorter only to try the test itself.
const MINUTES = Number(process.env.END2END_LONG_MINUTES ?? 5);
const PRESSED = "a[href^='/']:not([download], [href^='/api']), button, summary, select, input:not([type=hidden]), textarea, canvas";
const SIZES = [
  { width: 1280, height: 900 },
  { width: 390, height: 844 },
];
const TEXTS = ["", "7", "-1", "99999999999", 'x"<b>', '{"a": 1}'];
const KEYS = ["g", "t", "r", "/", "?", "Escape", "Tab", "Enter"];

/** Always the same numbers, so that a walk can be walked again. */
function numbers(seed: number) {
  let state = seed;
  return (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >> 8) % below;
  };
}

/** Does something with an element; what cannot be pressed just now is let be. */
async function press(page: Page, element: ElementHandle<HTMLElement | SVGElement>, any: (below: number) => number) {
  const timeout = 1_000;
  const kind = await element.evaluate((it) => ("type" in it ? `${it.localName} ${it.type}` : it.localName));
  if (kind.startsWith("select")) {
    await element.selectOption({ index: any(await element.evaluate((it) => (it as unknown as HTMLSelectElement).options.length)) }, { timeout });
  } else if (/^input (text|search|number)|^textarea/.test(kind)) {
    await element.fill(TEXTS[any(TEXTS.length)]!, { timeout });
  } else if (kind === "canvas") {
    const box = await element.boundingBox();
    if (!box) return;
    const at = { x: box.x + any(Math.ceil(box.width)), y: box.y + any(Math.ceil(box.height)) };
    if (any(2)) await page.mouse.dblclick(at.x, at.y);
    else {
      await page.mouse.move(at.x, at.y);
      await page.mouse.down();
      await page.mouse.move(at.x + 40, at.y + 30, { steps: 4 });
      await page.mouse.up();
    }
  } else await element.click({ timeout });
}

/** One step; says what it was. */
async function step(page: Page, any: (below: number) => number): Promise<string> {
  const choice = any(100);
  if (choice < 5) return page.goBack({ timeout: 3_000 }).then(() => "back");
  if (choice < 7) return page.reload().then(() => "reload");
  if (choice < 11) {
    const key = KEYS[any(KEYS.length)]!;
    return page.keyboard.press(key).then(() => `key ${key}`);
  }
  const dialog = await page.$$("dialog[open] button");
  const all = dialog.length > 0 ? dialog : await page.$$(PRESSED);
  const element = all[any(Math.max(all.length, 1))] as ElementHandle<HTMLElement | SVGElement> | undefined;
  if (!element || !(await element.isVisible())) return "nothing";
  const name = await element.evaluate((it) => it.ariaLabel || it.textContent?.trim().slice(0, 40) || it.localName);
  await press(page, element, any);
  return name;
}

for (const [seed, size] of SIZES.entries()) {
  test.describe(`@long wandering at ${size.width} pixels`, () => {
    // The server refuses what is wrong, and a browser tells the console so.
    test.use({ viewport: size, expectedErrors: [/status of (400|404|409|503)|ERR_ABORTED/] });

    test("ends no page and breaks none", async ({ own, page }) => {
      test.setTimeout((MINUTES + 2) * 60_000);
      const server = own(0);
      await server.start();
      const any = numbers(seed + 1);
      const trail: string[] = [];
      const until = Date.now() + MINUTES * 60_000;
      await open(page, server.address);
      while (Date.now() < until) {
        if (!page.url().startsWith(server.address)) await open(page, server.address);
        // An element may go, or be covered, before it is pressed.
        trail.push(await step(page, any).catch((error: Error) => `not ${error.message.slice(0, 40)}`));
        const where = `${page.url()} after ${trail.slice(-8).join(" > ")}`;
        await expect(page.locator(".not-live"), where).toHaveCount(0);
        const overflow = await sideways(page).catch(() => 0);
        expect(overflow, where).toBeLessThanOrEqual(0);
      }
      expect(trail.length).toBeGreaterThan(20 * MINUTES);
    });
  });
}

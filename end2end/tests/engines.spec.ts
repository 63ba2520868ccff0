// What a person does first, in the engines that the other tests do not use. They are Debian's; elsewhere this is left out.
import { ENGINES, areInstalled, type Engine, type Point } from "./engines.ts";
import { PAGES, burst, expect, test as filled } from "./fixture.ts";

/** Opens a page, waits until WebAssembly has taken it over, and keeps what it complains about from then on. */
async function open(engine: Engine, address: string) {
  await engine.goto(address);
  await expect.poll(() => engine.evaluate("document.documentElement.hasAttribute('data-hydrated')"), { message: address }).toBe(true);
  await engine.evaluate("(window.complaints = [], addEventListener('error', (event) => complaints.push(event.message)), 0)");
}

const complaints = (engine: Engine) => engine.evaluate<string[]>("window.complaints");
const text = (engine: Engine, selector: string) => engine.evaluate<string | null>(`document.querySelector(${JSON.stringify(selector)})?.innerText ?? null`);

/** The middle of what a selector finds first, scrolled to. */
async function middle(engine: Engine, selector: string): Promise<Point> {
  const point = await engine.evaluate<Point | null>(`(() => {
    const found = document.querySelector(${JSON.stringify(selector)});
    if (!found) return null;
    found.scrollIntoView({ block: "center", behavior: "instant" });
    const { x, y, width, height } = found.getBoundingClientRect();
    return { x: x + width / 2, y: y + height / 2 };
  })()`);
  if (!point) throw new Error(`no ${selector}`);
  return point;
}

const press = async (engine: Engine, selector: string) => engine.click(await middle(engine, selector));

/** What can be pressed, is on the screen, and lies under something else. */
const COVERED = `(() => {
  const pressed = "a[href], button, summary, select, input:not([type=hidden])";
  const name = (element) => element.ariaLabel || element.innerText || element.name || element.outerHTML.slice(0, 80);
  return [...document.querySelectorAll(pressed)].flatMap((element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    const at = [x + width / 2, y + height / 2];
    const seen = element.checkVisibility() && width > 2 && at[0] > 0 && at[1] > 0 && at[0] < innerWidth && at[1] < innerHeight;
    const top = seen && document.elementFromPoint(...at);
    const isIt = !top || element.contains(top) || top.contains(element) || top.closest("label")?.contains(element);
    return isIt ? [] : [name(element).trim() + " is under " + top.outerHTML.slice(0, 80)];
  });
})()`;

for (const [name, launch] of Object.entries(ENGINES)) {
  const test = filled.extend<object, { engine: Engine }>({
    engine: [
      // eslint-disable-next-line no-empty-pattern
      async ({}, use) => {
        const engine = await launch();
        await use(engine);
        await engine.close();
      },
      { scope: "worker", timeout: 60_000 },
    ],
  });

  test.describe(`in ${name}`, () => {
    test.skip(!areInstalled && !process.env.CI, "not installed");

    test("every page comes alive, and what can be pressed is not covered", async ({ engine, baseURL }) => {
      for (const path of Object.values(PAGES)) {
        await open(engine, baseURL + path);
        await expect.poll(() => text(engine, "header [role=status]"), { message: path }).toContain("Live");
        expect(await text(engine, ".not-live"), path).toBeNull();
        expect(await engine.evaluate<string[]>(COVERED), path).toEqual([]);
        expect(await complaints(engine), path).toEqual([]);
      }
    });

    test("a thousand purchases are sent by a button and stored, and the stream tells of them", async ({ engine, baseURL }) => {
      await open(engine, `${baseURL}/simulate`);
      await press(engine, "[aria-label='Send 1,000 purchases']");
      await expect.poll(() => text(engine, "main")).toContain("1,000 of 1,000 stored");
      await press(engine, "nav a[href='/stream']");
      await expect.poll(() => text(engine, "h1")).toBe("Stream");
      await expect.poll(() => text(engine, ".records tbody tr")).toContain("stored");
      expect(await complaints(engine)).toEqual([]);
    });

    test("the stream goes on by itself, and the record that is pressed opens", async ({ engine, baseURL, request }) => {
      await open(engine, `${baseURL}/stream`);
      const place = (row: number) => text(engine, `.records tbody tr:nth-child(${row}) .place`);
      await expect.poll(() => place(1)).not.toBeNull();
      const newest = await place(1);
      await burst(request, { kind: "purchases", count: 5 });
      await expect.poll(() => place(6), { message: "five rows came before it" }).toBe(newest);
      const pressed = await engine.evaluate<string>("document.querySelector('.records tbody tr:nth-child(3) a').getAttribute('href')");
      await press(engine, ".records tbody tr:nth-child(3) .when");
      const [topic, partition, offset] = new URL(pressed, baseURL).searchParams.get("sel")!.split("/");
      await expect.poll(() => text(engine, ".detail h2")).toBe(`${topic} ${partition}:${offset}`);
      await press(engine, "nav a[href='/connectors']");
      await expect.poll(() => text(engine, "h1")).toBe("Connectors");
      expect(await complaints(engine)).toEqual([]);
    });

    test("a node tells who it is under the mouse, is chosen by a click, and shows its neighbours after two", async ({ engine, baseURL }) => {
      await open(engine, `${baseURL}/insights/similar-buyers?view=graph`);
      const box = await engine.evaluate<Point & { width: number; height: number }>("document.querySelector('.stage canvas').getBoundingClientRect().toJSON()");
      let at: Point | undefined;
      search: for (let y = box.y + 40; y < box.y + box.height - 40; y += 12) {
        for (let x = box.x + box.width / 4; x < box.x + box.width * 0.75; x += 12) {
          await engine.move({ x, y });
          if (await text(engine, ".stage .hover b")) {
            at = { x, y };
            break search;
          }
        }
      }
      const who = await text(engine, ".stage .hover b");
      expect(who, "somewhere is a node").not.toBeNull();
      await engine.click(at!);
      await expect.poll(() => text(engine, ".stage .chosen b")).toBe(who);
      await engine.click(at!, 2);
      await expect.poll(() => text(engine, ".graph [role=status]")).toMatch(/neighbours? of/);
      expect(await complaints(engine)).toEqual([]);
    });

    test("the keys are shown, and Escape closes them", async ({ engine, baseURL }) => {
      await open(engine, baseURL + PAGES.overview);
      const isOpen = () => engine.evaluate("document.querySelector('.keys-dialog').open");
      await press(engine, ".keys-button");
      await expect.poll(isOpen).toBe(true);
      await engine.escape();
      await expect.poll(isOpen).toBe(false);
      expect(await complaints(engine)).toEqual([]);
    });
  });
}

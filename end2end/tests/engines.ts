// The browsers that Playwright cannot drive as Debian has them: Firefox by WebDriver BiDi, and WebKit, which is Safari's
// engine, by its WebDriver on a screen of its own. Only what engines.spec.ts asks of a browser.
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { createInterface } from "node:readline";

import puppeteer, { type Browser as Firefox, type Page } from "puppeteer-core";
import { Builder, Key, Origin, type WebDriver } from "selenium-webdriver";

const FIREFOX = "/usr/bin/firefox-esr";
const WEBKIT_DRIVER = "/usr/bin/WebKitWebDriver";
const SCREEN = "/usr/bin/Xvfb";
const SIZE = { width: 1280, height: 900 };

export type Point = { x: number; y: number };

export interface Engine {
  goto(address: string): Promise<void>;
  /** The value of an expression in the page. */
  evaluate<T>(expression: string): Promise<T>;
  move(to: Point): Promise<void>;
  click(at: Point, times?: 1 | 2): Promise<void>;
  escape(): Promise<void>;
  close(): Promise<void>;
}

export const ENGINES = { firefox, webkit } as const;
export const areInstalled = [FIREFOX, WEBKIT_DRIVER, SCREEN].every((program) => existsSync(program));

async function firefox(): Promise<Engine> {
  const browser: Firefox = await puppeteer.launch({ browser: "firefox", executablePath: FIREFOX, headless: true });
  const page: Page = await browser.newPage();
  await page.setViewport(SIZE);
  return {
    goto: async (address) => void (await page.goto(address)),
    evaluate: (expression) => page.evaluate(expression) as Promise<never>,
    move: ({ x, y }) => page.mouse.move(x, y),
    click: ({ x, y }, times = 1) => page.mouse.click(x, y, { count: times }),
    escape: () => page.keyboard.press("Escape"),
    close: () => browser.close(),
  };
}

async function webkit(): Promise<Engine> {
  const started: ChildProcess[] = [];
  const start = (program: string, argv: string[], env = {}) => {
    const child = spawn(program, argv, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "ignore"] });
    started.push(child);
    return child;
  };
  const stop = async () => {
    for (const child of started.reverse()) {
      if (child.exitCode === null && child.kill()) await once(child, "exit");
    }
  };
  try {
    const screen = start(SCREEN, ["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", `${SIZE.width}x${SIZE.height + 100}x24`]);
    const [display] = await once(createInterface(screen.stdout!), "line");
    const port = await freePort();
    start(WEBKIT_DRIVER, [`--port=${port}`], { DISPLAY: `:${display}` });
    const driver = await connect(`http://127.0.0.1:${port}`);
    await driver.manage().window().setRect(SIZE);
    const pointer = (at: Point) => driver.actions({ async: true }).move({ ...whole(at), origin: Origin.VIEWPORT, duration: 0 });
    return {
      goto: (address) => driver.get(address),
      evaluate: (expression) => driver.executeScript(`return ${expression}`),
      move: (to) => pointer(to).perform(),
      click: (at, times = 1) => (times === 2 ? pointer(at).press().release().press().release() : pointer(at).press().release()).perform(),
      escape: () => driver.actions({ async: true }).sendKeys(Key.ESCAPE).perform(),
      close: async () => {
        await driver.quit();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A port that nobody listens at: below those of the services, and of outgoing connections. */
async function freePort(): Promise<number> {
  for (let port = 14_000 + (process.pid % 5_000); ; port++) {
    const server = createServer();
    const isFree = await new Promise<boolean>((told) => {
      server.once("error", () => told(false));
      server.listen(port, "127.0.0.1", () => server.close(() => told(true)));
    });
    if (isFree) return port;
  }
}

/** A session with the driver, as soon as it listens. */
async function connect(address: string): Promise<WebDriver> {
  for (let tries = 0; ; tries++) {
    const listens = await fetch(`${address}/status`).then(() => true, () => false);
    if (listens) break;
    if (tries === 100) throw new Error(`${WEBKIT_DRIVER} does not listen at ${address}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  return new Builder().usingServer(address).forBrowser("MiniBrowser").build();
}

const whole = ({ x, y }: Point): Point => ({ x: Math.round(x), y: Math.round(y) });

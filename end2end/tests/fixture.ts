// What every test shares: a page that fails on any error, a graph that has something in it, and the places to go.
import { test as base, expect, type APIRequestContext, type Page } from "@playwright/test";

import { OwnServer } from "./server.ts";

export { expect };

export type Kind = "purchases" | "product_interactions" | "user_connections";

export type Burst = {
  id: string;
  kind: Kind;
  count: number;
  sent: number;
  acked: number;
  stored: number;
  dead_lettered: number;
  done: boolean;
};

/** Every page, by the name that its screenshot gets. */
export const PAGES = {
  overview: "/",
  simulate: "/simulate",
  stream: "/stream",
  "top-products": "/insights/top-products",
  influencers: "/insights/influencers",
  "best-rated": "/insights/best-rated",
  "similar-buyers": "/insights/similar-buyers",
  connectors: "/connectors",
  "new-connector": "/connectors/new",
  "dead-letters": "/dead-letters",
} as const;

export const QUESTIONS = ["top-products", "influencers", "best-rated", "similar-buyers"] as const;
export const THEMES = ["light", "dark"] as const;

/** Sends a burst through the API and waits until all of it has arrived. */
export async function burst(api: APIRequestContext, order: { kind: Kind; count: number; seed?: number; poison?: number }) {
  const answer = await api.post("/api/bursts", { data: order });
  expect(answer.status(), await answer.text()).toBe(202);
  const { id } = (await answer.json()) as Burst;
  return arrived(api, id);
}

/** Waits until a burst is done, and gives what became of it. */
export async function arrived(api: APIRequestContext, id: string): Promise<Burst> {
  let last: Burst | undefined;
  await expect
    .poll(
      async () => {
        last = (await (await api.get(`/api/bursts/${id}`)).json()) as Burst;
        return last.done;
      },
      { message: `burst ${id} arrives`, timeout: 45_000, intervals: [50, 100, 250] },
    )
    .toBe(true);
  return last!;
}

/** Waits until WebAssembly has taken the page over. */
export async function hydrated(page: Page) {
  await expect(page.locator("html")).toHaveAttribute("data-hydrated", /.*/);
}

/** Opens a page and waits until WebAssembly has taken it over. */
export async function open(page: Page, address: string) {
  const response = await page.goto(address);
  expect(response?.status(), address).toBe(200);
  await hydrated(page);
}

/** By how many pixels a page is wider than what shows it. */
export const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/** Sets the theme as the page's own switch does. */
export async function choose(page: Page, theme: (typeof THEMES)[number], baseURL: string) {
  await page.context().addCookies([{ name: "sluice_theme", value: theme, url: baseURL }]);
}

type Test = {
  /** Console errors that a test expects, such as that of a page that is not there. */
  expectedErrors: RegExp[];
  noErrors: void;
  /** A server of the test's own at a place of its own, configured with these variables besides; still to be started. */
  own: (place: number, environment?: Record<string, string>) => OwnServer;
};

type Worker = {
  filled: void;
};

export const test = base.extend<Test, Worker>({
  expectedErrors: [[], { option: true }],

  // Whatever else a test looks at, no page of it may complain or talk to a stranger.
  noErrors: [
    async ({ context, expectedErrors }, use) => {
      const complaints: string[] = [];
      const strangers: string[] = [];
      context.on("console", (message) => {
        // Chromium's hint to who preloads: it comes by the clock, whenever a page without JavaScript or with a slow chunk
        // lives for some seconds.
        if (message.text().includes("was preloaded using link preload but not used")) return;
        if (message.type() === "error" || message.type() === "warning") {
          complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
        }
      });
      context.on("weberror", (error) => complaints.push(`page error: ${error.error().stack ?? error.error().message}`));
      context.on("request", (request) => {
        const { hostname, protocol } = new URL(request.url());
        if (!["data:", "blob:", "about:"].includes(protocol) && hostname !== "127.0.0.1") strangers.push(request.url());
      });
      await use();
      expect(complaints.filter((text) => !expectedErrors.some((expected) => expected.test(text)))).toEqual([]);
      expect(strangers).toEqual([]);
    },
    { auto: true },
  ],

  // The pages go before the server: events that end in the middle would be an error in them, if they get to see it.
  own: async ({ baseURL, context }, use) => {
    const servers: OwnServer[] = [];
    await use((place, environment) => {
      const server = new OwnServer(baseURL!, place, environment);
      servers.push(server);
      return server;
    });
    for (const page of context.pages()) await page.close();
    for (const server of servers) await server.kill();
  },

  // Once for each server: start from nothing, then enough of everything for each question to have an answer.
  filled: [
    async ({ playwright }, use, worker) => {
      const baseURL = worker.project.use.baseURL!;
      const api = await playwright.request.newContext({ baseURL });
      const reset = await api.post("/api/reset", { data: { confirm: "reset" } });
      expect(reset.ok(), await reset.text()).toBe(true);
      await expect.poll(async () => (await api.get("/readyz")).status(), { timeout: 60_000 }).toBe(200);
      for (const kind of ["purchases", "product_interactions", "user_connections"] as const) {
        const done = await burst(api, { kind, count: 2_000, seed: 7 });
        expect(done).toMatchObject({ sent: 2_000, acked: 2_000, stored: 2_000, dead_lettered: 0 });
      }
      await api.dispose();
      await use();
    },
    { scope: "worker", auto: true, timeout: 180_000 },
  ],
});

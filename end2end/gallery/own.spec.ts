// Pages of servers that are empty, ask for a token, or are at work: each server belongs to its pictures alone.
import type { APIRequestContext } from "@playwright/test";

import { OwnServer } from "../tests/server.ts";
import { PAGES, QUESTIONS, SIZES, burst, expect, settle, take, test, type Size } from "./camera.ts";

const TOKEN = "a-token-of-the-gallery-alone";
const sizes = Object.entries(SIZES) as [Size, (typeof SIZES)[Size]][];

/** Runs with a server of its own, and ends it. */
async function served(near: string, place: number, environment: Record<string, string>, body: (address: string) => Promise<void>) {
  const server = new OwnServer(near, place, environment);
  try {
    await server.start();
    await body(server.address);
  } finally {
    await server.kill();
  }
}

test("nothing has arrived yet", async ({ page, baseURL }) => {
  await served(baseURL!, 3, {}, async (address) => {
    for (const [size, viewport] of sizes) {
      await page.setViewportSize(viewport);
      for (const [name, path] of Object.entries(PAGES)) {
        await settle(page, address + path);
        await take(page, `empty-${name}`, size);
      }
      for (const question of QUESTIONS) {
        for (const view of ["graph", "table"]) {
          await settle(page, `${address}/insights/${question}?view=${view}`);
          await take(page, `empty-${question}-${view}`, size);
        }
      }
    }
  });
});

test("a visitor who has not signed in", async ({ page, baseURL }) => {
  await served(baseURL!, 4, { SLUICE_ADMIN_TOKEN: TOKEN }, async (address) => {
    for (const [size, viewport] of sizes) {
      await page.setViewportSize(viewport);
      for (const [name, path] of [["sign-in", "/sign-in"], ["sign-in-refused", "/sign-in?refused=1"], ["locked-simulate", "/simulate"], ["locked-connectors", "/connectors"]] as const) {
        await settle(page, address + path);
        await take(page, name, size);
      }
    }
  });
});

/** Sets all three producers going, and waits until a minute of it can be seen. */
async function work(api: APIRequestContext, address: string) {
  for (const [topic, rate_per_second] of Object.entries({ purchases: 420, product_interactions: 260, user_connections: 140 })) {
    const started = await api.put(`${address}/api/producers/${topic}`, { data: { running: true, rate_per_second } });
    expect(started.ok(), await started.text()).toBe(true);
  }
  // The bursts before would make a flat line of all that comes after them.
  const lively = async () => {
    const { rates } = await (await api.get(`${address}/api/status`)).json();
    return (Object.values(rates) as { history: number[] }[]).every(({ history }) => history.length >= 60 && Math.max(...history) < 1_500);
  };
  await expect.poll(lively, { timeout: 120_000, message: "a minute of steady work" }).toBe(true);
}

test("all producers at work", async ({ page, baseURL, playwright }) => {
  test.setTimeout(300_000);
  await served(baseURL!, 5, {}, async (address) => {
    const api = await playwright.request.newContext({ baseURL: address });
    for (const kind of ["purchases", "product_interactions", "user_connections"] as const) await burst(api, { kind, count: 4_000, seed: 7 });
    await burst(api, { kind: "purchases", count: 60, seed: 11, poison: 3 });
    await work(api, address);
    for (const [size, viewport] of sizes) {
      await page.setViewportSize(viewport);
      for (const [name, path] of Object.entries({ overview: "/", simulate: "/simulate", connectors: "/connectors" })) {
        await settle(page, address + path);
        await take(page, `alive-${name}`, size);
      }
    }
    await api.dispose();
  });
});

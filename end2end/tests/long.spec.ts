// Ten minutes under load: what an open page holds stays as it is, and the page stays alive. `cargo xtask test --long`.
import { burst, expect, open, test, type Kind } from "./fixture.ts";
import { held, median, session, table, type Held } from "./measure.ts";

// Shorter only to try the test itself.
const MINUTES = Number(process.env.END2END_LONG_MINUTES ?? 10);
const SAMPLES = 30;
const KINDS: Kind[] = ["purchases", "product_interactions", "user_connections"];

/** How much more the last third holds than the middle one: the first is the page filling its lists. */
function growth(samples: Held[], of: keyof Held): number {
  const third = Math.floor(samples.length / 3);
  const middle = median(samples.slice(third, 2 * third).map((sample) => sample[of]));
  return median(samples.slice(2 * third).map((sample) => sample[of])) / middle;
}

test("an open page holds no more after ten minutes under load @long", async ({ context, request }) => {
  test.setTimeout(MINUTES * 60_000 + 180_000);
  const addresses = ["/", "/insights/top-products", "/insights/influencers?view=graph"];
  const pages = await Promise.all(
    addresses.map(async (address) => {
      const page = await context.newPage();
      await open(page, address);
      // A hidden tab rests, and this is about pages that work.
      const cdp = await session(page);
      await cdp.send("Emulation.setFocusEmulationEnabled", { enabled: true });
      return { address, page, cdp, samples: [] as Held[] };
    }),
  );
  for (const kind of KINDS) {
    const answer = await request.put(`/api/producers/${kind}`, { data: { running: true, rate_per_second: 50 } });
    expect(answer.ok(), await answer.text()).toBe(true);
  }
  try {
    const start = Date.now();
    for (let sample = 0; sample < SAMPLES; sample++) {
      await burst(request, { kind: KINDS[sample % KINDS.length]!, count: 500 });
      // The next sample is due at its time: this measures over a time, it waits for nothing.
      const due = start + ((sample + 1) * MINUTES * 60_000) / SAMPLES;
      await pages[0]!.page.evaluate((wait) => new Promise<void>((done) => setTimeout(done, wait)), Math.max(0, due - Date.now()));
      for (const { page, cdp, samples } of pages) samples.push(await held(page, cdp));
    }
  } finally {
    for (const kind of KINDS) await request.put(`/api/producers/${kind}`, { data: { running: false } });
  }

  const head = ["page", "", "nodes", "listeners", "heap, kB", "WebAssembly memory, kB"];
  const row = (address: string, when: string, { nodes, listeners, heap, memory }: Held) =>
    [address, when, nodes, listeners, Math.round(heap / 1e3), Math.round(memory / 1e3)];
  table(
    `Held over ${MINUTES} minutes under load`,
    head,
    pages.flatMap(({ address, samples }) => [
      row(address, "first", samples[0]!),
      row(address, "middle", samples[SAMPLES / 2]!),
      row(address, "last", samples[SAMPLES - 1]!),
    ]),
  );
  for (const { address, samples } of pages) {
    for (const of of ["nodes", "listeners", "heap", "memory"] as const) {
      expect.soft(growth(samples, of), `${of} of ${address}: last third over middle third`).toBeLessThanOrEqual(1.1);
    }
  }

  // Alive still: what is sent now is seen.
  const { graph } = await (await request.get("/api/status")).json();
  await burst(request, { kind: "purchases", count: 123 });
  for (const { page } of pages) await expect(page.getByRole("status", { name: "Connection" })).toContainText("Live");
  await expect
    .poll(async () => Number((await pages[0]!.page.locator("ul.lanes").textContent())?.match(/([\d,]+) transactions/)?.[1]?.replaceAll(",", "") ?? -1))
    .toBeGreaterThanOrEqual(graph.counts.transactions + 123);
});

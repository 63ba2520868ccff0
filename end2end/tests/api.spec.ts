// The JSON API says what is wrong in a sentence, and never falls over.
import { expect, test } from "./fixture.ts";

const badBursts: [string, string][] = [
  ["no events", `{"kind": "purchases", "count": 0}`],
  ["more than a million events", `{"kind": "purchases", "count": 1000001}`],
  ["fewer than none", `{"kind": "purchases", "count": -1}`],
  ["an unknown kind", `{"kind": "refunds", "count": 10}`],
  ["more broken ones than there are", `{"kind": "purchases", "count": 10, "poison": 11}`],
  ["a misspelt field", `{"kind": "purchases", "count": 10, "sede": 1}`],
  ["no kind", `{"count": 10}`],
  ["half of a JSON object", `{"kind": "purch`],
  ["nothing at all", ""],
];

for (const [what, body] of badBursts) {
  test(`a burst of ${what} is refused with a sentence`, async ({ request }) => {
    const answer = await request.post("/api/bursts", { headers: { "content-type": "application/json" }, data: Buffer.from(body) });
    expect(answer.status()).toBeGreaterThanOrEqual(400);
    expect(answer.status()).toBeLessThan(500);
    expect(await answer.json()).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\w+ \w+/) });
  });
}

const badAddresses = [
  "/api/queries/top-products?days=0",
  "/api/queries/top-products?days=366",
  "/api/queries/top-products?limit=1001",
  "/api/queries/influencers?limit=0",
  "/api/queries/influencers?limit=many",
  "/api/queries/nothing",
  "/api/bursts/nothing",
  "/api/graphs/nothing",
  "/api/nothing",
];

for (const address of badAddresses) {
  test(`${address} is refused with a sentence`, async ({ request }) => {
    const answer = await request.get(address);
    expect(answer.status()).toBeGreaterThanOrEqual(400);
    expect(answer.status()).toBeLessThan(500);
    expect(await answer.json()).toMatchObject({ code: expect.stringMatching(/^[a-z_]+$/), message: expect.stringMatching(/\w+ \w+/) });
  });
}

test("a reset that is not confirmed is refused", async ({ request }) => {
  const answer = await request.post("/api/reset", { data: { confirm: "yes" } });
  expect(answer.status()).toBeGreaterThanOrEqual(400);
  expect(answer.status()).toBeLessThan(500);
});

test("the books balance", async ({ request }) => {
  const { books } = await (await request.get("/api/status")).json();
  for (const [topic, { read, stored, repeated, dead }] of Object.entries<Record<string, number>>(books)) {
    expect(read, topic).toBe(stored! + repeated! + dead!);
  }
});

test("a page that is not there says so with the right status", async ({ request }) => {
  const answer = await request.get("/no-such-page", { headers: { accept: "text/html" } });
  expect(answer.status()).toBe(404);
  expect(await answer.text()).toContain("<html");
});

test("what the browser loads is compressed and may be kept", async ({ request }) => {
  for (const file of ["/pkg/sluice.js", "/pkg/sluice_bg.wasm", "/pkg/sluice.css"]) {
    const answer = await request.get(file, { headers: { "accept-encoding": "br" } });
    expect(answer.status(), file).toBe(200);
    expect(answer.headers()["content-encoding"], file).toBe("br");
  }
});

// A connector of one's own: written on the page, tried out, created, seen to store, changed and deleted.
import { AxeBuilder } from "@axe-core/playwright";
import type { APIRequestContext, Page } from "@playwright/test";

import { THEMES, burst, choose, expect, open, sideways, test } from "./fixture.ts";

const NAME = "buyers";
const PATTERN = "(:Buyer{!id: user_id})";
// What a browser says of a form of the page's own.
const headers = { "sec-fetch-site": "same-origin" };
const card = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
const text = (page: Page) => page.getByRole("textbox", { name: "Configuration as JSON" });
const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const configuration = (more: Record<string, string> = {}) =>
  JSON.stringify({
    name: NAME,
    "connector.class": "sluice.Neo4jSink",
    topics: "purchases",
    "neo4j.pattern.topic.purchases": PATTERN,
    "errors.tolerance": "all",
    ...more,
  });

async function connector(api: APIRequestContext, name = NAME) {
  const answer = await api.get(`/api/connectors/${name}`);
  return answer.status() === 200 ? await answer.json() : undefined;
}

async function remove(api: APIRequestContext, name = NAME) {
  const answer = await api.post("/fn/act/delete-connector", { headers, form: { connector: name } });
  expect(answer.ok(), await answer.text()).toBe(true);
  await expect.poll(async () => (await connector(api, name)) === undefined).toBe(true);
}

// Whatever a test leaves behind, the next one finds three connectors.
test.afterEach(async ({ request }) => {
  if (await connector(request)) await remove(request);
});

test("a fourth connector is written in fields, tried out, created, seen to store, changed and deleted", async ({ page, request }) => {
  test.setTimeout(120_000);
  // Whatever was tried before, the newest records are good ones.
  await burst(request, { kind: "purchases", count: 100 });
  await open(page, "/connectors");
  await page.getByRole("link", { name: "New connector" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("New connector");

  // The fields write the text, and the text is read back into the fields.
  await page.getByLabel("Name").fill(NAME);
  await page.getByLabel("Topics, separated by commas").fill("purchases");
  await page.getByLabel("Pattern for purchases").fill(PATTERN);
  expect(JSON.parse(await text(page).inputValue())).toEqual({ ...JSON.parse(configuration()), "tasks.max": "1" });
  await text(page).fill(configuration({ "tasks.max": "2" }));
  await expect(page.getByLabel("Tasks, in each process")).toHaveValue("2");

  // Enter in a field asks whether it is right so.
  await page.getByLabel("Name").press("Enter");
  await expect(page.getByText("Nothing is wrong with it.")).toBeVisible();

  // The preview says what the newest records would do, and does nothing.
  await page.getByLabel("Newest records of each topic in a preview").selectOption("25");
  await button(page, "Preview").click();
  const preview = card(page, "Preview");
  await expect(preview.getByRole("heading", { name: "Preview" })).toBeFocused();
  await expect(preview.locator("tbody tr")).toHaveCount(25);
  await expect(preview).toContainText("25 records would be stored. Nothing was written.");
  const first = preview.locator("tbody tr").first();
  await expect(first).toContainText(/MERGE \(:Buyer \{id: \d+\}\)/);
  await expect(first.locator("td").first()).toContainText('"user_id"');
  await first.getByText("The statement").click();
  await expect(first.locator(".trace pre").first()).toContainText("UNWIND $rows AS row");
  expect(await connector(request)).toBeUndefined();

  await button(page, "Create").click();
  await expect(page).toHaveURL(`/connectors?sel=${NAME}`);
  await expect(page.locator(".toasts")).toContainText(`${NAME} is created, in all processes.`);
  const made = card(page, NAME);
  await expect(made.locator("header")).toContainText("running", { timeout: 45_000 });
  await burst(request, { kind: "purchases", count: 100 });
  await expect.poll(async () => (await connector(request)).lag, { timeout: 45_000 }).toBe(0);
  await expect.poll(async () => Math.max(...(await connector(request)).history), { message: "records a second" }).toBeGreaterThan(0);
  const { partitions } = await connector(request);
  const read = partitions.reduce((sum: number, { books }: { books: { read: number } }) => sum + books.read, 0);
  expect(read).toBeGreaterThanOrEqual(100);
  await expect(made.locator("tfoot td").nth(4)).toHaveText(read.toLocaleString("en-US"));

  // Changed: the form has what holds, and its name stays.
  await made.getByRole("link", { name: `Edit ${NAME}` }).click();
  await expect(page.getByLabel("Name")).toHaveValue(NAME);
  await expect(page.getByLabel("Name")).not.toBeEditable();
  await page.getByLabel("Tasks, in each process").fill("3");
  await button(page, "Save").click();
  await expect(page.locator(".toasts")).toContainText(`${NAME} is saved, in all processes.`);
  await made.getByText("Configuration").click();
  await expect(made.getByRole("row", { name: /tasks\.max/ })).toContainText("3");

  await made.getByRole("button", { name: `Delete ${NAME}…` }).click();
  const dialog = page.getByRole("dialog", { name: `Delete ${NAME} in all processes?` });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(await connector(request)).toBeDefined();
  await made.getByRole("button", { name: `Delete ${NAME}…` }).click();
  await dialog.getByRole("button", { name: `Delete ${NAME}`, exact: true }).click();
  await expect(page.locator(".toasts")).toContainText(`${NAME} is deleted.`);
  await expect(made).toHaveCount(0);
  expect(await connector(request)).toBeUndefined();
});

test("a topic of one's own has its tab in the stream, and goes with its connector", async ({ page, request }) => {
  await open(page, "/stream");
  const tab = page.getByRole("navigation", { name: "Topic" }).getByRole("link", { name: "parcels", exact: true });
  await expect(tab).toHaveCount(0);
  const parcels = JSON.parse(configuration({ topics: "parcels", "neo4j.pattern.topic.parcels": "(:Parcel{!id})" }));
  delete parcels["neo4j.pattern.topic.purchases"];
  const form = { of: "", text: JSON.stringify(parcels), wish: "save", limit: 10 };
  const made = await request.post("/fn/act/draft", { headers, form });
  expect(made.ok(), await made.text()).toBe(true);
  await tab.click();
  await expect(page).toHaveURL("/stream?topic=parcels");
  await expect(tab).toHaveAttribute("aria-current", "page");
  await expect(page.getByRole("heading", { name: "Nothing matches." })).toBeVisible();

  await open(page, "/");
  const line = page.getByRole("list", { name: "Connectors of your own" }).getByRole("listitem");
  await expect(line).toContainText(/buyers\s*parcels.*0 \/s.*no lag/);
  const found = await new AxeBuilder({ page }).include(".others").withTags(["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]).analyze();
  expect(found.violations).toEqual([]);
  await line.getByRole("link", { name: "buyers" }).click();
  await expect(page).toHaveURL(/\/connectors\?sel=buyers/);

  await open(page, "/stream");
  await expect(tab).toHaveCount(1);
  await remove(request);
  await expect(tab).toHaveCount(0);
});

test("what is wrong is said at its key, and the focus goes to the first of it", async ({ page }) => {
  await open(page, "/connectors/new");
  await page.getByLabel("Name").fill("purchases");
  await page.getByLabel("Topics, separated by commas").fill("purchases");
  await button(page, "Create").click();
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("Connector purchases already exists");
  await expect(page.getByLabel("Name")).toBeFocused();
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription("Connector purchases already exists");

  await page.getByLabel("Name").fill(NAME);
  await page.getByLabel("Pattern for purchases").fill("(:Buyer{id: user_id})");
  await page.getByLabel("Tasks, in each process").fill("many");
  await button(page, "Preview").click();
  await expect(page.getByLabel("Pattern for purchases")).toBeFocused();
  await expect(page.getByLabel("Pattern for purchases")).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel("Tasks, in each process")).toHaveAccessibleDescription(/many/);
  await expect(alert).toContainText("2 errors, and nothing was changed:");
  await expect(alert.getByRole("listitem").filter({ hasText: "tasks.max" })).toContainText("Not a number of type INT");
  await expect(card(page, "Preview")).toHaveCount(0);

  // A key that no field has is marked in the text.
  await text(page).fill(configuration({ "neo4j.pattren.topic.purchases": "x" }));
  await button(page, "Check").click();
  await expect(text(page)).toBeFocused();
  await expect(alert).toContainText("neo4j.pattren.topic.purchases");
  const selected = await text(page).evaluate((field: HTMLTextAreaElement) => field.value.slice(field.selectionStart, field.selectionEnd));
  expect(selected).toBe('"neo4j.pattren.topic.purchases"');

  // No JSON at all.
  await text(page).fill('{"name": ');
  await expect(page.getByText("Not JSON yet:")).toBeVisible();
  await button(page, "Check").click();
  await expect(alert).toContainText("no JSON");
});

test("a statement says what this store cannot do, or what it would run", async ({ page, request }) => {
  const { graph } = await (await request.get("/api/status")).json();
  await open(page, "/connectors/new");
  await page.getByLabel("Name").fill(NAME);
  await page.getByLabel("Topics, separated by commas").fill("purchases");
  await page.getByRole("radio", { name: /^Cypher/ }).check();
  await page.getByLabel("Statement for purchases").fill("MERGE (:Buyer {id: event.user_id})");
  await button(page, "Preview").click();
  if (graph.embedded) {
    await expect(page.getByLabel("Statement for purchases")).toHaveAccessibleDescription(/Cypher needs Neo4j/);
  } else {
    await expect(card(page, "Preview").locator("tbody tr").first()).toContainText("MERGE (:Buyer {id: event.user_id})");
  }
});

test("the built-in connectors show what they are defined with", async ({ page }) => {
  await open(page, "/connectors/edit?name=purchases");
  await expect(page.getByText("It has events of a built-in kind")).toBeVisible();
  expect(JSON.parse(await text(page).inputValue())).toMatchObject({ "sluice.event.topic.purchases": "purchase" });
  await button(page, "Preview").click();
  await expect(card(page, "Preview").locator("tbody tr").first()).toContainText("-[:PURCHASED]->(:Transaction {transactionID:");
});

test("the API previews too, and says the errors by key", async ({ request }) => {
  const ask = async (config: object, limit?: number) => {
    const answer = await request.post("/api/connectors/preview", { data: { config, limit } });
    return [answer.status(), await answer.json()] as const;
  };
  const [status, told] = await ask(JSON.parse(configuration()), 3);
  expect(status).toBe(200);
  expect(told.topics[0]).toMatchObject({ topic: "purchases", remark: null });
  expect(told.topics[0].records).toHaveLength(3);
  const [refused, errors] = await ask({ topics: "a" });
  expect(refused).toBe(400);
  expect(errors).toMatchObject({ code: "invalid_configuration", errors: expect.arrayContaining([{ key: "name", errors: expect.any(Array) }]) });
});

test("who may not change things reads, and is told how to sign in", async ({ page, own }) => {
  const server = own(6, { SLUICE_ADMIN_TOKEN: "a-long-enough-token-for-a-test" });
  await server.start();
  await open(page, `${server.address}/connectors/edit?name=purchases`);
  await expect(page.getByText("Look, but don't touch.")).toBeVisible();
  await expect(button(page, "Save")).toBeDisabled();
  await expect(text(page)).toBeDisabled();
  const config = encodeURIComponent(configuration());
  await page.goto(`${server.address}/connectors/new?text=${config}&wish=preview`);
  await expect(page.getByText("Sign in first.")).toBeVisible();
  const refused = await page.request.post(`${server.address}/api/connectors/preview`, { data: { config: {} } });
  expect(refused.status()).toBe(401);
});

for (const theme of THEMES) {
  test(`axe finds nothing in the editor with errors and a preview in the ${theme} theme, and a phone scrolls down only`, async ({ page, baseURL }) => {
    await choose(page, theme, baseURL!);
    await open(page, "/connectors/new");
    const check = async (what: string) => {
      const { violations } = await new AxeBuilder({ page }).withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]).analyze();
      expect.soft(violations.map(({ id, nodes }) => ({ id, where: nodes.map((node) => node.failureSummary) })), what).toEqual([]);
      await page.setViewportSize({ width: 390, height: 844 });
      expect.soft(await sideways(page), what).toBeLessThanOrEqual(0);
      await page.setViewportSize({ width: 1280, height: 900 });
    };
    await button(page, "Check").click();
    await expect(page.getByRole("alert")).toContainText("errors");
    await check("errors");
    await text(page).fill(configuration());
    await button(page, "Preview").click();
    await expect(card(page, "Preview").locator("tbody tr")).toHaveCount(10);
    await check("preview");
  });
}

test.describe("without JavaScript", () => {
  test.use({ javaScriptEnabled: false });

  test("the fields fill the text, and the text is checked, tried out and posted", async ({ page, request }) => {
    await page.goto("/connectors/new");
    await page.getByLabel("Name").fill(NAME);
    await page.getByLabel("Topics, separated by commas").fill("purchases");
    await page.getByLabel("Pattern").last().fill("(:Buyer{id})");
    await button(page, "Write this into the text").click();
    expect(JSON.parse(await text(page).inputValue())).toMatchObject({ name: NAME, "neo4j.pattern.topic.purchases": "(:Buyer{id})" });
    await button(page, "Create").click();
    await expect(page.getByRole("alert")).toContainText("neo4j.pattern.topic.purchases");
    expect(await connector(request)).toBeUndefined();

    await text(page).fill(configuration());
    await button(page, "Preview").click();
    await expect(card(page, "Preview").locator("tbody tr").first()).toContainText("MERGE (:Buyer {id:");
    expect(JSON.parse(await text(page).inputValue())).toEqual(JSON.parse(configuration()));
    await button(page, "Create").click();
    await expect(page).toHaveURL(new RegExp(`/connectors\\?sel=${NAME}`));
    const made = card(page, NAME);
    await expect(made).toBeVisible();
    await made.getByRole("button", { name: `Delete ${NAME}…` }).click();
    await page.getByRole("dialog").getByRole("button", { name: `Delete ${NAME}`, exact: true }).click();
    await expect.poll(async () => connector(request)).toBeUndefined();
  });
});

// The tasks of the sinks on the front page: what each does, and what people can tell them.
import { expect, test } from "./fixture.ts";

test("a sink is paused and resumed on the page, and its records wait in Kafka meanwhile", async ({ page, request }) => {
  await page.goto("/");
  const card = page.getByRole("region", { name: "Tasks of the sinks" });
  const row = card.getByRole("row", { name: /user_connections/ });
  await expect(row.getByText("running")).toBeVisible();
  await row.getByRole("button", { name: "Pause user_connections" }).click();
  await expect(row.getByText("paused")).toBeVisible();

  const sent = await request.post("/api/bursts", { data: { kind: "user_connections", count: 50 } });
  expect(sent.status()).toBe(202);
  const { id } = await sent.json();
  const burst = async () => (await request.get(`/api/bursts/${id}`)).json();
  await expect.poll(async () => (await burst()).acked).toBe(50);
  expect((await burst()).stored).toBe(0);

  await row.getByRole("button", { name: "Resume user_connections" }).click();
  await expect(row.getByText("running")).toBeVisible();
  await expect.poll(async () => (await burst()).done, { timeout: 30_000 }).toBe(true);
  expect((await burst()).stored).toBe(50);
});

test("the table of tasks names the process, the partitions and since when", async ({ page }) => {
  await page.goto("/");
  const row = page.getByRole("region", { name: "Tasks of the sinks" }).getByRole("row", { name: /purchases/ });
  await expect(row.getByRole("rowheader", { name: /:\d+ #0 this process$/ })).toBeVisible();
  await expect(row.getByRole("cell", { name: "0–2" })).toBeVisible();
  await expect(row.getByRole("cell", { name: /^\d\d:\d\d:\d\d( UTC)?$/ })).toBeVisible();
});

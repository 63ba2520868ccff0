// What a page looks like when something does not work: told by the same events as a server in trouble would send.
import type { Page } from "@playwright/test";

import { each, expect, settle, take } from "./camera.ts";

/** Answers the page's event stream with one status, made of the true one. */
async function tell(page: Page, change: (status: any) => void) {
  const status = await (await page.request.get("/api/status")).json();
  change(status);
  await page.route("**/events", (route) =>
    route.fulfill({ contentType: "text/event-stream", body: `retry: 1000\nevent: status\ndata: ${JSON.stringify(status)}\n\n` }),
  );
}

each("an outage of Neo4j", async (page, size) => {
  await tell(page, (status) => {
    const { graph, at } = status;
    Object.assign(graph, { name: "Neo4j 5.26.20", embedded: false, connected: false, error: "connection refused", location: "bolt://db:7687", since: at - 72_000 });
    for (const connector of status.connectors) {
      Object.assign(connector, { state: "RETRYING", lag: 4_134 });
      for (const task of connector.tasks) {
        Object.assign(task, { state: "RETRYING", since: at - 71_000, trace: "the graph does not answer: connection refused", retry: { tries: 9, next_at: at + 4_000 } });
      }
    }
    for (const { partitions } of Object.values(status.topics) as any[]) for (const partition of partitions) partition.lag = 1_378;
  });
  for (const [name, address] of [["overview", "/"], ["connectors", "/connectors"], ["dead-letters", "/dead-letters"]] as const) {
    await settle(page, address);
    await expect(page.getByRole("alert").first()).toBeVisible();
    await take(page, `trouble-outage-${name}`, size);
  }
});

each("a task that failed, one that retries, one that is nowhere", async (page, size) => {
  await tell(page, (status) => {
    const [failed, retrying, gone] = status.connectors;
    const trace = `writing a batch of 500 records (purchases-1 @ 1041): the graph refuses it: Neo.ClientError.Schema.ConstraintValidationFailed\n${"   in a long story of many words\n".repeat(6)}`;
    failed.state = "FAILED";
    Object.assign(failed.tasks[0], { state: "FAILED", trace, since: status.at - 900_000 });
    retrying.state = "RETRYING";
    Object.assign(retrying.tasks[0], { state: "RETRYING", since: status.at - 30_000, trace: "the graph is slow: no answer within 30 s", retry: { tries: 3, next_at: status.at + 5_000 } });
    gone.tasks = [];
  });
  for (const [name, address] of [["overview", "/"], ["connectors", "/connectors"]] as const) {
    await settle(page, address);
    await take(page, `trouble-tasks-${name}`, size);
  }
});

each("a server that is not heard any more", async (page, size) => {
  await page.route("**/events", (route) => route.abort());
  await page.route("**/fn/read/status*", (route) => route.abort());
  await settle(page, "/simulate");
  await expect(page.getByRole("alert")).toContainText("Sluice has not answered since", { timeout: 30_000 });
  await take(page, "trouble-lost", size, false);
});

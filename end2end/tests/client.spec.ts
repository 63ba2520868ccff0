// A public client of Kafka Connect drives a connector from its creation to its deletion, as it would at a Connect worker.
import type { APIRequestContext } from "@playwright/test";
import { KafkaConnectClient, type ConnectorClient } from "kafka-connect-client";

import { burst, expect, test as base } from "./fixture.ts";

const NAME = "parcels";
const CLASS = "sluice.Neo4jSink";
const PATTERN = { "connector.class": CLASS, topics: "purchases", "neo4j.pattern.topic.purchases": "(:Parcel{!id: transaction_id})" };
/** What the built-in connector of the topic stores too: what was sent last is in the graph already. */
const KNOWN = {
  "connector.class": CLASS,
  topics: "purchases",
  "sluice.event.topic.purchases": "purchase",
  "consumer.override.auto.offset.reset": "latest",
};

type Connect = { client: KafkaConnectClient; parcels: ConnectorClient; address: string };
type Place = { partition: { kafka_topic: string; kafka_partition: number }; offset: { kafka_offset: number } };
type Books = { read: number; stored: number; repeated: number; dead: number };

const test = base.extend<{ connect: Connect }>({
  // Whatever a test leaves behind, the next one finds three connectors.
  connect: async ({ baseURL }, use) => {
    const [host, port] = ["127.0.0.1", Number(new URL(baseURL!).port) + 2];
    const client = new KafkaConnectClient({ host, port });
    const parcels = client.connector(NAME);
    await use({ client, parcels, address: `http://${host}:${port}` });
    if ((await client.getConnectors()).data.includes(NAME)) await parcels.delete();
  },
});

/** Asks for something that is refused, and gives the status and what was said. */
async function refused(asked: Promise<unknown>): Promise<[number, string]> {
  const error = await asked.then(
    () => undefined,
    (error) => error,
  );
  expect(error?.response?.data, String(error)).toEqual({ error_code: error.response.status, message: expect.any(String) });
  return [error.response.status, error.response.data.message];
}

async function becomes({ parcels }: Connect, state: string, tasks: number) {
  const states = async () => {
    const { name, type, connector, tasks } = (await parcels.getStatus()).data;
    return { name, type, connector: connector.state as string, tasks: tasks.map((task) => task.state as string) };
  };
  const wanted = { name: NAME, type: "sink", connector: state, tasks: Array(tasks).fill(state) };
  await expect.poll(states, { timeout: 45_000 }).toEqual(wanted);
}

async function connector(api: APIRequestContext) {
  const { lag, partitions } = await (await api.get(`/api/connectors/${NAME}`)).json();
  const sum = (of: (partition: { books: Books; epoch: number | null }) => number): number =>
    partitions.reduce((sum: number, partition: { books: Books; epoch: number | null }) => sum + of(partition), 0);
  return {
    lag: lag as number,
    epochs: sum(({ epoch }) => epoch ?? 0),
    read: sum(({ books }) => books.read),
    stored: sum(({ books }) => books.stored),
    repeated: sum(({ books }) => books.repeated),
  };
}

/** Waits until it has read everything that the topic has, and gives its books. */
async function drained(api: APIRequestContext) {
  await expect.poll(async () => (await connector(api)).lag, { timeout: 45_000 }).toBe(0);
  return connector(api);
}

/** Waits until it has read so much, and gives its books. */
async function hasRead(api: APIRequestContext, read: number) {
  await expect.poll(async () => (await connector(api)).read, { timeout: 45_000 }).toBe(read);
  return connector(api);
}

async function restarted(api: APIRequestContext, restart: () => Promise<void>) {
  const { epochs } = await connector(api);
  await restart();
  await expect.poll(async () => (await connector(api)).epochs, { timeout: 45_000 }).toBeGreaterThan(epochs);
}

async function places({ parcels }: Connect): Promise<Place[]> {
  return (await parcels.getOffsets()).data.offsets;
}

test("a connector is created, seen, paused, resumed, restarted, configured anew, read again and deleted", async ({ connect, request }) => {
  test.setTimeout(180_000);
  const { client, parcels, address } = connect;
  const created = await client.createConnector(NAME, PATTERN);
  expect(created.status).toBe(201);
  expect(created.data).toEqual({ name: NAME, config: { name: NAME, ...PATTERN }, tasks: [], type: "sink" });
  expect(created.headers["location"]).toBe(`/connectors/${NAME}`);
  await becomes(connect, "RUNNING", 1);
  const { version } = (await client.getCluster()).data;
  expect((await parcels.getStatus()).data).toMatchObject({ connector: { version }, tasks: [{ id: 0, version }] });
  expect((await parcels.getTaskStatus(0)).data).toMatchObject({ id: 0, state: "RUNNING", version });
  expect((await parcels.get()).data).toMatchObject({ name: NAME, tasks: [{ connector: NAME, task: 0 }] });
  expect((await parcels.getTasks()).data).toEqual([{ id: { connector: NAME, task: 0 }, config: expect.objectContaining(PATTERN) }]);
  expect((await client.getConnectors()).data).toEqual([NAME, "product_interactions", "purchases", "user_connections"]);
  const { read } = await drained(request);

  expect((await parcels.pause()).status).toBe(202);
  await becomes(connect, "PAUSED", 1);
  await burst(request, { kind: "purchases", count: 100 });
  await expect.poll(async () => (await connector(request)).lag).toBe(100);
  expect((await parcels.resume()).status).toBe(202);
  await becomes(connect, "RUNNING", 1);
  expect((await hasRead(request, read + 100)).stored).toBe(read + 100);

  // A connector is its tasks: there is nothing else that could begin anew.
  const { epochs } = await connector(request);
  expect((await parcels.restart()).status).toBe(204);
  // The client sends these options in the body, where no worker looks for them.
  const restart = (options: string) => request.post(`${address}/connectors/${NAME}/restart?${options}`);
  const nothing = await restart("includeTasks=true&onlyFailed=true");
  expect([nothing.status(), await nothing.json()]).toMatchObject([202, { connector: { state: "RUNNING" }, tasks: [{ state: "RUNNING" }] }]);
  expect((await connector(request)).epochs).toBe(epochs);
  await restarted(request, async () => {
    const all = await restart("includeTasks=true");
    expect([all.status(), await all.json()]).toMatchObject([202, { tasks: [{ id: 0, state: "RESTARTING" }] }]);
  });
  await becomes(connect, "RUNNING", 1);
  await restarted(request, async () => expect((await parcels.restartTask(0)).status).toBe(204));
  await becomes(connect, "RUNNING", 1);
  expect(await refused(parcels.restartTask(7))).toEqual([404, `Unknown task: ${NAME}-7`]);

  const two = { ...PATTERN, "tasks.max": "2" };
  expect((await parcels.updateConfig(two)).status).toBe(200);
  expect((await parcels.getConfig()).data).toEqual({ name: NAME, ...two });
  await becomes(connect, "RUNNING", 2);
  expect((await connector(request)).read, "and goes on where it was").toBe(read + 100);

  expect((await parcels.stop()).status).toBe(204);
  await becomes(connect, "STOPPED", 0);
  const ends = await places(connect);
  expect((await parcels.resetOffsets()).data.message).toMatch(/reset successfully/);
  const beginnings = await places(connect);
  const again = ends.reduce((sum, { offset }, at) => sum + offset.kafka_offset - beginnings[at]!.offset.kafka_offset, 0);
  expect(again).toBeGreaterThan(100);
  await parcels.resume();
  await hasRead(request, read + 100 + again);
  expect(await places(connect)).toEqual(ends);

  expect((await parcels.delete()).status).toBe(204);
  expect(await refused(parcels.get())).toEqual([404, `Connector ${NAME} not found`]);
  expect((await client.getConnectors()).data).not.toContain(NAME);
});

test("offsets that are moved are read again, and what is in the graph already is not stored twice", async ({ connect, request }) => {
  test.setTimeout(180_000);
  const { parcels, address } = connect;
  const graph = async () => (await (await request.post("/api/audit")).json()).graph;
  const active = async () => (await (await request.get(`${address}/connectors/${NAME}/topics`)).json())[NAME].topics;
  const stop = async () => {
    expect((await parcels.stop()).status).toBe(204);
    await becomes(connect, "STOPPED", 0);
  };
  expect((await parcels.create(KNOWN)).status).toBe(201);
  await becomes(connect, "RUNNING", 1);
  const before = [await drained(request), await graph()] as const;
  expect(await active(), "whatever one of its name has read before").toEqual([]);

  const ends = await places(connect);
  const last = ends.find(({ offset }) => offset.kafka_offset >= 10)!;
  const earlier = { ...last, offset: { kafka_offset: last.offset.kafka_offset - 10 } };
  expect(await refused(parcels.alterOffsets([earlier]))).toEqual([400, expect.stringMatching(/must be in the STOPPED state/)]);
  await stop();
  expect((await parcels.alterOffsets([earlier])).data.message).toMatch(/altered successfully/);
  expect(await places(connect)).toContainEqual(earlier);
  await parcels.resume();
  const [{ read, stored, repeated }] = before;
  expect(await hasRead(request, read + 10)).toMatchObject({ stored, repeated: repeated + 10 });
  expect(await places(connect)).toEqual(ends);
  expect(await graph()).toEqual(before[1]);
  expect(await active()).toEqual(["purchases"]);

  await stop();
  expect((await parcels.resetTopics()).status).toBe(202);
  expect(await active()).toEqual([]);
  await parcels.alterOffsets([earlier]);
  expect((await parcels.resetOffsets()).data.message).toMatch(/reset successfully/);
  expect(await places(connect), "where one begins that is told to begin at the end").toEqual(ends);
});

test("plugins are listed, and a configuration is judged key by key", async ({ connect }) => {
  const { client } = connect;
  const sinks = (await client.getConnectorPlugins()).data;
  expect(sinks).toContainEqual({ class: CLASS, type: "sink", version: expect.any(String) });
  const all = (await client.getConnectorPlugins({ connectorsOnly: false })).data;
  expect(all.map((plugin) => plugin.type)).toEqual(expect.arrayContaining(["sink", "converter"]));

  const judge = async (config: Record<string, string>) => {
    const { data } = await client.validateConnectorConfig("Neo4jSink", config);
    // The client's types call them `config`.
    const { error_count, configs } = data as unknown as { error_count: number; configs: { value: { name: string; errors: string[] } }[] };
    const errors = configs.filter(({ value }) => value.errors.length > 0).map(({ value }) => [value.name, value.errors] as const);
    return { error_count, errors: Object.fromEntries(errors) };
  };
  expect(await judge({ name: NAME, ...PATTERN })).toEqual({ error_count: 0, errors: {} });
  const wrong = { name: NAME, ...PATTERN, "tasks.max": "many", "neo4j.pattern.topic.purchases": "(:Parcel{id})", "neo4j.pattren.topic.purchases": "x" };
  expect(await judge(wrong)).toEqual({
    error_count: 3,
    errors: {
      "tasks.max": [expect.stringMatching(/Not a number of type INT/)],
      "neo4j.pattern.topic.purchases": [expect.any(String)],
      "neo4j.pattren.topic.purchases": [expect.stringMatching(/Unknown configuration/)],
    },
  });
});

test("what is not there, is there already or is wrong is said as Connect says it", async ({ connect }) => {
  const { client, parcels } = connect;
  const nobody = client.connector("nobody");
  expect(await refused(nobody.get())).toEqual([404, "Connector nobody not found"]);
  expect(await refused(nobody.getStatus())).toEqual([404, "No status found for connector nobody"]);
  expect(await refused(nobody.pause())).toEqual([404, "Unknown connector nobody"]);
  expect(await refused(nobody.restart())).toEqual([404, "Unknown connector: nobody"]);
  expect(await refused(nobody.delete())).toEqual([404, "Connector nobody not found"]);
  expect(await refused(client.createConnector("purchases", PATTERN))).toEqual([409, "Connector purchases already exists"]);
  expect(await refused(parcels.create({ ...PATTERN, "tasks.max": "0" }))).toEqual([400, expect.stringMatching(/1 error\(s\):\nInvalid value 0 for configuration tasks\.max/)]);
  expect((await client.getConnectors()).data).not.toContain(NAME);
});

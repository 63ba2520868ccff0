// Two servers: `embedded` on the broker and store inside the process, for every test, and `real` on the Kafka and Neo4j
// that the environment names, for the tests of what goes through them (`cargo xtask test` starts them; without them only
// `embedded` runs).
import { existsSync } from "node:fs";
import { resolve } from "node:path";

import { defineConfig } from "@playwright/test";

const root = resolve(import.meta.dirname, "..");
const server = process.env.SLUICE_BIN ?? resolve(root, "target/release/sluice");
const chromium = "/usr/bin/chromium";

type Name = "embedded" | "real";
const hasServices = Boolean(process.env.KAFKA_BOOTSTRAP_SERVERS && process.env.NEO4J_URI);
const names: Name[] = hasServices ? ["embedded", "real"] : ["embedded"];
// Two runs on one machine take different ones.
const first = Number(process.env.END2END_PORT ?? 3101);
const port: Record<Name, number> = { embedded: first, real: first + 1 };
// Kafka Connect's REST API is two above the pages: tests know it by that.
const connect: Record<Name, number> = { embedded: first + 2, real: first + 3 };
const address = (name: Name) => `http://127.0.0.1:${port[name]}`;

// The embedded one must not see what the environment says of the real one.
const services = ["KAFKA_BOOTSTRAP_SERVERS", "NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"];
const without = services.map((variable) => `-u ${variable}`).join(" ");

function command(name: Name): string {
  const data = resolve(root, "target/end2end", name);
  const env = `env ${name === "embedded" ? without : ""} SLUICE_LISTEN=127.0.0.1:${port[name]} SLUICE_CONNECT_LISTEN=127.0.0.1:${connect[name]} SLUICE_DATA_DIR='${data}'`;
  // Its log is target/end2end/NAME.log.
  return `rm -rf '${data}' && mkdir -p '${data}' && exec ${env} '${server}' > '${data}.log' 2>&1`;
}

// What is all the page's own: how it looks, is moved, loads and is kept safe does not depend on what is behind it.
const PAGE_ALONE = /(budget|chunk|engines|graph|late|look|plain|security|shell|wander)\.spec\.ts$/;

export default defineConfig({
  testDir: "tests",
  outputDir: "test-results",
  // One server, one graph, two cores: tests that run side by side would count each other's records.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  retries: 0,
  timeout: 60_000,
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1280, height: 900 },
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
    launchOptions: {
      ...(existsSync(chromium) ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-quic",
        "--disable-sync",
        "--no-first-run",
      ],
    },
  },
  projects: names.map((name) => ({
    name,
    use: { baseURL: address(name) },
    testIgnore: name === "real" ? PAGE_ALONE : [],
  })),
  webServer: names.map((name) => ({
    name,
    command: command(name),
    url: `${address(name)}/readyz`,
    timeout: 120_000,
    gracefulShutdown: { signal: "SIGTERM" as const, timeout: 15_000 },
  })),
});

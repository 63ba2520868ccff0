// A server of a test's own, to be killed, restarted or found empty without disturbing the others. A test gets it from the
// fixture `own`, which ends it.
import { spawn, type ChildProcess } from "node:child_process";
import { mkdirSync, openSync, rmSync } from "node:fs";
import { resolve } from "node:path";

import { expect } from "@playwright/test";

const root = resolve(import.meta.dirname, "../..");
const binary = process.env.SLUICE_BIN ?? resolve(root, "target/release/sluice");
/** What would lead it to services instead of its embedded pair. */
const services = ["KAFKA_BOOTSTRAP_SERVERS", "KAFKA_PROPERTIES", "NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD"];

export class OwnServer {
  readonly address: string;
  readonly #data: string;
  readonly #environment: Record<string, string>;
  #child: ChildProcess | undefined;

  /**
   * `near` is the address of the server that all tests share; `place` tells those of this run apart. `environment` is
   * what it is configured with besides.
   */
  constructor(near: string, place: number, environment: Record<string, string> = {}) {
    const port = Number(new URL(near).port) + 10 + place;
    this.address = `http://127.0.0.1:${port}`;
    this.#environment = environment;
    this.#data = resolve(root, "target/end2end", `own-${port}`);
    rmSync(this.#data, { recursive: true, force: true });
    mkdirSync(this.#data, { recursive: true });
  }

  /** Starts it, again with the same data after a kill, and waits until it is ready. */
  async start() {
    const log = openSync(`${this.#data}.log`, "a");
    const own = { SLUICE_LISTEN: new URL(this.address).host, SLUICE_CONNECT_LISTEN: "127.0.0.1:0", SLUICE_DATA_DIR: this.#data };
    const env = { ...process.env, ...this.#environment, ...own };
    for (const name of services) delete env[name as keyof typeof env];
    this.#child = spawn(binary, [], { env, stdio: ["ignore", log, log] });
    const ready = async () => (await fetch(`${this.address}/readyz`).catch(() => undefined))?.status;
    await expect.poll(ready, { message: `${this.address} is ready`, timeout: 30_000 }).toBe(200);
  }

  /** Ends it at once, as a crash would. */
  async kill() {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null) return;
    const ended = new Promise((done) => child.once("exit", done));
    child.kill("SIGKILL");
    await ended;
  }
}

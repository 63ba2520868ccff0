// A picture of every page, to be looked at: `cargo xtask gallery`. One server of its own, on what is inside the process.
import { defineConfig } from "@playwright/test";

import tests from "./playwright.config.ts";

const embedded = tests.projects!.find(({ name }) => name === "embedded")!;
const server = [tests.webServer!].flat().find(({ name }) => name === "embedded")!;

export default defineConfig({
  ...tests,
  testDir: "gallery",
  timeout: 120_000,
  projects: [embedded],
  webServer: server,
});

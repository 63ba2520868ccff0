// A picture of every page, to be looked at: `cargo xtask gallery`. The shared server is full and nobody empties it; whatever
// has to be found empty, locked or in motion has a server of its own, so that no picture depends on another.
import { defineConfig } from "@playwright/test";

import tests from "./playwright.config.ts";

const embedded = tests.projects!.find(({ name }) => name === "embedded")!;
const server = [tests.webServer!].flat().find(({ name }) => name === "embedded")!;

export default defineConfig({
  ...tests,
  testDir: "gallery",
  timeout: 180_000,
  // Nobody asks a picture how it came about.
  use: { ...tests.use, screenshot: "off", trace: "off" },
  projects: [embedded],
  webServer: server,
});

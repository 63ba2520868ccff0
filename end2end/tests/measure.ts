// Numbers that the browser gives of itself.
import type { CDPSession, Page } from "@playwright/test";

/** What a page holds once its garbage is gone. */
export type Held = { nodes: number; listeners: number; heap: number; memory: number };

/** A session with the metrics turned on. */
export async function session(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send("Performance.enable");
  return cdp;
}

/** The browser's metrics by name. */
export async function metrics(cdp: CDPSession): Promise<Record<string, number>> {
  const { metrics } = await cdp.send("Performance.getMetrics");
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

/** Collects the garbage, then counts; `memory` is that of WebAssembly, in bytes like the heap. */
export async function held(page: Page, cdp: CDPSession): Promise<Held> {
  await cdp.send("HeapProfiler.collectGarbage");
  const now = await metrics(cdp);
  const memory = await page.evaluate(async () => {
    const glue = "/pkg/sluice.js";
    return (await import(glue)).initSync(undefined, undefined).memory.buffer.byteLength as number;
  });
  return { nodes: now.Nodes!, listeners: now.JSEventListeners!, heap: now.JSHeapUsedSize!, memory };
}

/** The number in the middle. */
export function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

/** Prints rows under a title, and keeps them as lines of Markdown for whoever wants them in a document. */
export function table(title: string, head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(" | ")} |`;
  const text = [title, "", line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
  console.log(`\n${text}\n`);
  return text;
}

// Starts the browser's half: the main module, and the chunks that hold the code of the pages.
//
// A chunk begins with the length of its index (4 bytes, the lowest first) and the index, which is JSON: the name and the
// length of each part. The parts follow, each a WebAssembly module. Chunks have parts in common.
import init, { hydrate } from "MAIN";

/** What has been begun, by its name. What failed may be begun again. */
function once(begun, name, what) {
    if (!begun.has(name)) {
        const doing = what();
        doing.catch(() => begun.delete(name));
        begun.set(name, doing);
    }
    return begun.get(name);
}

const main = init({ module_or_path: new URL("MODULE", import.meta.url) });
const chunks = new Map();
/** Linked twice, a part's data would be as at first again. */
const parts = new Map();

/** Links a part with the main module. They are compiled at the same time. */
async function link(code) {
    const part = await WebAssembly.compile(code);
    return WebAssembly.instantiate(part, { __wasm_split: await main });
}

async function load(chunk) {
    const answer = await fetch(new URL(`./${chunk}.chunk`, import.meta.url));
    if (!answer.ok) throw new Error(`${answer.url} was answered with the HTTP status code ${answer.status}`);
    const bytes = await answer.arrayBuffer();
    const size = new DataView(bytes).getUint32(0, true);
    const index = JSON.parse(new TextDecoder().decode(new Uint8Array(bytes, 4, size)));
    let start = 4 + size;
    await Promise.all(index.map(([part, length]) => {
        const code = new Uint8Array(bytes, start, length);
        start += length;
        return once(parts, part, () => link(code));
    }));
}

/** The main module asks for a chunk, and names the function of its own that is told whether it is there. */
async function asked(chunk, callback, data) {
    let success = true;
    try {
        await once(chunks, chunk, () => load(chunk));
    } catch (error) {
        console.error(error);
        success = false;
    }
    (await main).__indirect_function_table.get(callback)(data, success);
}

// The chunk of the page that this is, before the main module asks for it and says so if it can't be had.
const [, own] = /(\w+)\.chunk$/.exec(document.querySelector("link[href$='.chunk']")?.href) ?? [];
if (own) once(chunks, own, () => load(own)).catch(() => {});
const parsed = document.readyState === "loading" && new Promise((then) => document.addEventListener("DOMContentLoaded", then));
Promise.all([main, parsed]).then(() => hydrate());


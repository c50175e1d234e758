// What the first load of a built page weighs, compressed with gzip, against what it may weigh.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { constants, gzipSync } from "node:zlib";

/** In bytes. */
const BUDGET = { JavaScript: 60_000, CSS: 15_000 };
const ENTRY = "index.html";
/** All of the page's looks, in one file that is asked for first. */
const STYLE = "style.css";
/** The messages of one language are loaded before the page shows itself: the longest language counts. */
const MESSAGES = /^src\/locales\/[^/]+$/;

/** Only what the page loads before it shows itself: what is imported later, on demand, isn't the first load. */
export async function budgetOf(folder) {
  const manifest = JSON.parse(await readFile(join(folder, ".vite", "manifest.json"), "utf8"));
  if (!manifest[ENTRY]) throw new Error(`the manifest has no ${ENTRY}`);
  const sizes = await sizesOf(manifest, folder);
  const rows = firstLoad(manifest, sizes).map((file) => ({
    kind: kindOf(file),
    name: file,
    size: sizes.get(file),
  }));
  const sums = Object.keys(BUDGET).map((kind) => ({
    kind,
    sum: rows.filter((row) => row.kind === kind).reduce((sum, row) => sum + row.size, 0),
  }));
  return { isKept: sums.every(({ kind, sum }) => sum <= BUDGET[kind]), table: table(rows, sums) };
}

async function sizesOf(manifest, folder) {
  const files = Object.values(manifest).flatMap((chunk) => [chunk.file, ...(chunk.css ?? [])]);
  const sized = [...new Set(files)].map(async (file) => [file, await compressedSize(join(folder, file))]);
  return new Map(await Promise.all(sized));
}

/** The files of the entry, of what it imports statically, and of the language that weighs most. */
function firstLoad(manifest, sizes) {
  const weight = (name) => filesOf(manifest, name).reduce((sum, file) => sum + sizes.get(file), 0);
  const later = chunksOf(manifest, ENTRY).flatMap((name) => manifest[name].dynamicImports ?? []);
  const languages = [...new Set(later)].filter((name) => MESSAGES.test(name));
  const heaviest = languages.sort((one, other) => weight(other) - weight(one)).slice(0, 1);
  const first = [ENTRY, ...heaviest, ...(manifest[STYLE] ? [STYLE] : [])];
  return [...new Set(first.flatMap((name) => filesOf(manifest, name)))];
}

function filesOf(manifest, name) {
  return chunksOf(manifest, name).flatMap((one) => [manifest[one].file, ...(manifest[one].css ?? [])]);
}

/** The chunk and all that it imports statically; whichever of them imports something later. */
function chunksOf(manifest, name, seen = new Set()) {
  if (seen.has(name)) return [];
  seen.add(name);
  const { imports = [] } = manifest[name];
  return [name, ...imports.flatMap((imported) => chunksOf(manifest, imported, seen))];
}

function kindOf(file) {
  return file.endsWith(".css") ? "CSS" : "JavaScript";
}

async function compressedSize(file) {
  return gzipSync(await readFile(file), { level: constants.Z_BEST_COMPRESSION }).length;
}

function table(rows, sums) {
  const lines = rows.map(({ kind, name, size }) => [kind, name, kilobytes(size), ""]);
  const totals = sums.map(({ kind, sum }) => {
    const verdict = sum <= BUDGET[kind] ? "kept" : "OVER";
    return [kind, "first load", kilobytes(sum), `of ${kilobytes(BUDGET[kind])}: ${verdict}`];
  });
  return [...lines, ...totals]
    .map(([kind, name, size, rest]) =>
      `${kind.padEnd(11)} ${name.padEnd(40)} ${size.padStart(9)} ${rest}`.trimEnd(),
    )
    .join("\n");
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(2)} kB`;
}

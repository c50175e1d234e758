// Holds the arrows between the parts of src: who may import what. README.md draws them.
//
//   node scripts/check-arrows.mjs [SRC]

import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { filesBelow } from "./files.mjs";

/**
 * By part: the parts it may import, those of which it may import types alone, and packages. What lies in src
 * itself composes the page: it may import everything, and nothing imports it.
 */
const PARTS = {
  generated: { parts: [], types: [], packages: [] },
  sync: { parts: ["generated"], types: [], packages: ["@noble/hashes"] },
  api: { parts: ["generated"], types: [], packages: [] },
  locales: { parts: [], types: [], packages: ["@preact/signals"] },
  navigation: { parts: [], types: [], packages: [] },
  ui: { parts: ["navigation"], types: [], packages: ["preact", "@preact/signals", "uqr"] },
  store: {
    parts: ["api", "sync", "generated", "locales", "navigation"],
    types: [],
    packages: ["@preact/signals"],
  },
  features: {
    parts: ["store", "ui", "locales"],
    types: ["sync", "api", "generated"],
    packages: ["preact", "@preact/signals"],
  },
};
/** From outside these are entered by their door alone: what is inside may change. */
const DOORS = { sync: "sync/index.ts" };
const CODE = /\.tsx?$/;
// Tests may use more: a server, a clock, a browser that are models of the real ones.
const TEST = /\.test\.tsx?$|\/testing\//;
const IMPORTS = [
  /^\s*(?:import|export)\s+(?<words>[^"';]*?)\s*from\s*"(?<from>[^"]+)"/gm,
  /^\s*import\s*"(?<from>[^"]+)"/gm,
  /\bimport\(\s*"(?<from>[^"]+)"/g,
];

const src = process.argv[2] ?? fileURLToPath(new URL("../src", import.meta.url));
const complaints = [];
for (const file of (await filesBelow(src)).filter((path) => CODE.test(path))) {
  const text = await readFile(join(src, file), "utf8");
  for (const one of importsOf(text)) {
    const reason = one.from.startsWith(".") ? wrongFile(file, one) : wrongPackage(file, one);
    if (reason) complaints.push(`src/${file}: ${reason}`);
  }
}
for (const complaint of complaints) console.error(complaint);
process.exit(complaints.length ? 1 : 0);

function importsOf(text) {
  return IMPORTS.flatMap((pattern) => [...text.matchAll(pattern)]).map(({ groups }) => ({
    from: groups.from,
    isTypes: /^type\b/.test(groups.words ?? "") || areAllTypes(groups.words ?? ""),
  }));
}

/** As in `{ type A, type B }`. */
function areAllTypes(words) {
  const names = /^\{(?<names>[^}]*)\}$/.exec(words.trim())?.groups.names;
  const given = names?.split(",").map((name) => name.trim());
  return Boolean(given?.filter(Boolean).every((name) => name.startsWith("type ")) && given.some(Boolean));
}

/** Why this file may not import that one; null when it may. */
function wrongFile(file, { from, isTypes }) {
  const target = posix.join(posix.dirname(file), from);
  const [part, other] = [partOf(file), partOf(target)];
  if (target.startsWith("../")) return `${target} is outside of src`;
  if (part === other) return part === "features" ? wrongFeature(file, target) : null;
  if (!part) return null;
  if (!PARTS[part]) return `${part} is no part that is known: name it in scripts/check-arrows.mjs`;
  if (!other) return `nothing imports ${target}: it composes the page`;
  const allowed = [...PARTS[part].parts, ...(isTypes ? PARTS[part].types : [])];
  if (!allowed.includes(other)) return `${part} may not import ${target}`;
  if (DOORS[other] && target !== DOORS[other])
    return `${target} is inside of ${other}: import ${DOORS[other]}`;
  return null;
}

/** Features share by the store alone. */
function wrongFeature(file, target) {
  const [one, other] = [file, target].map((path) => path.split("/")[1]);
  return one === other ? null : `features never import each other, as ${target}`;
}

function wrongPackage(file, { from }) {
  const part = partOf(file);
  if (!PARTS[part] || TEST.test(file)) return null;
  const isAllowed = PARTS[part].packages.some((name) => from === name || from.startsWith(`${name}/`));
  return isAllowed ? null : `${part} may not import the package ${from}`;
}

function partOf(path) {
  return path.includes("/") ? path.split("/")[0] : "";
}

// Builds the page: the files with their hashes, the service worker that knows them; compressed forms of all.
//
//   node scripts/build.mjs [--out FOLDER] [--check]
//
// The folder is dist unless said otherwise. With --check the build fails when the first load is over its budget.

import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";
import { budgetOf } from "./budget.mjs";
import { compress } from "./compress.mjs";
import { buildServiceWorker } from "./service-worker.mjs";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));
const { values: options } = parseArgs({
  options: { out: { type: "string", default: "dist" }, check: { type: "boolean", default: false } },
});
process.chdir(PROJECT);

await build({ root: PROJECT, logLevel: "warn", build: { outDir: options.out, emptyOutDir: true } });
await buildServiceWorker(PROJECT, options.out);
await compress(options.out);
const budget = await budgetOf(options.out);
console.log(budget.table);
if (options.check && !budget.isKept) {
  console.error("The first load is over its budget.");
  process.exit(1);
}

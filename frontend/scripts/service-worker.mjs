// Builds src/service_worker.ts, and passes it which files belong to the page, by name and content.

import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "vite";
import { filesBelow } from "./files.mjs";

const NAME = "service-worker.js";
/** As in vite.config.ts: where the server gives the page's files. */
const PREFIX = "/page/";
/** What a page without network needs: itself, its scripts and styles, its sign. */
const KEPT = /^(index\.html|icon\.svg|assets\/.*)$/;

export async function buildServiceWorker(project, folder) {
  const files = [];
  for (const path of (await filesBelow(folder)).filter((path) => KEPT.test(path))) {
    files.push({
      address: path === "index.html" ? "/" : `${PREFIX}${path}`,
      integrity: `sha256-${digest(await readFile(join(folder, path))).toString("base64")}`,
    });
  }
  const name = digest(JSON.stringify(files)).toString("hex").slice(0, 12);
  await build({
    root: project,
    configFile: false,
    logLevel: "warn",
    define: { __BUILT_PAGE__: JSON.stringify({ name, files }) },
    build: {
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      target: "es2022",
      modulePreload: false,
      rolldownOptions: {
        input: join(project, "src", "service_worker.ts"),
        output: { format: "iife", entryFileNames: NAME },
      },
    },
  });
}

function digest(content) {
  return createHash("sha256").update(content).digest();
}

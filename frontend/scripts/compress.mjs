// Compresses what browsers read as text, once, as well as it goes: file.js.gz and file.js.br beside file.js.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { filesBelow } from "./files.mjs";

const TEXT = /\.(js|css|html|svg|json|webmanifest|txt)$/;

export async function compress(folder) {
  for (const path of await filesBelow(folder)) {
    if (TEXT.test(path)) await compressFile(join(folder, path));
  }
}

async function compressFile(file) {
  const content = await readFile(file);
  const forms = {
    gz: gzipSync(content, { level: constants.Z_BEST_COMPRESSION }),
    br: brotliCompressSync(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
  };
  for (const [ending, form] of Object.entries(forms)) {
    if (form.length < content.length) await writeFile(`${file}.${ending}`, form);
  }
}

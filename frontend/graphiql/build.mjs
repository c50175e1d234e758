// Builds GraphiQL, the page to ask by GraphQL in, with the Vite of the web app: a page of its own, of which neither
// the web app's first load nor what its service worker keeps has anything.
//
//   node build.mjs [--out FOLDER]

import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "vite";
import { compress } from "../scripts/compress.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const { values: options } = parseArgs({ options: { out: { type: "string", default: "../dist/graphiql" } } });
const out = resolve(HERE, options.out);

/** GraphiQL brings fonts within its styles, 0.4 MB; style.css names those of the system. */
const withoutFonts = {
  name: "without-fonts",
  enforce: "pre",
  transform(code, id) {
    return /graphiql.*\.css/.test(id) ? code.replace(/@font-face\s*\{[^}]*\}/g, "") : null;
  },
};

/** "use client" is a word to servers that draw React. */
function passOver(warning, warn) {
  if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
}

await build({
  root: HERE,
  base: "/page/graphiql/",
  configFile: false,
  publicDir: false,
  logLevel: "warn",
  plugins: [withoutFonts],
  resolve: { alias: { "react-style-singleton": join(HERE, "no_styles.ts") } },
  build: {
    outDir: out,
    emptyOutDir: true,
    target: "es2022",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    // Its editor is that large; people who open the page wait for it once.
    chunkSizeWarningLimit: 2000,
    rolldownOptions: { onwarn: passOver },
  },
});
await compress(out);

// Builds GraphiQL, the page to ask by GraphQL in, into a folder of its own: neither the page's first load nor what
// the service worker keeps has anything of it.

import { join, resolve } from "node:path";
import { build } from "vite";

const FOLDER = "graphiql";

export async function buildGraphiql(project, folder) {
  await build({
    root: join(project, FOLDER),
    base: `/page/${FOLDER}/`,
    configFile: false,
    publicDir: false,
    logLevel: "warn",
    plugins: [withoutFonts],
    resolve: { alias: { "react-style-singleton": join(project, FOLDER, "no_styles.ts") } },
    build: {
      outDir: resolve(project, folder, FOLDER),
      emptyOutDir: true,
      target: "es2022",
      modulePreload: { polyfill: false },
      assetsInlineLimit: 0,
      reportCompressedSize: false,
      // Its editor is that large; whoever opens the page waits for it once.
      chunkSizeWarningLimit: 2000,
      rolldownOptions: { onwarn: passOver },
    },
  });
}

/** GraphiQL brings fonts within its styles, 0.4 MB; graphiql/style.css names those of the system. */
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

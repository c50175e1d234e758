import { defineConfig } from "vite";

// Where the development server of the page sends its requests; the built page asks its own origin.
const DEVELOPMENT_API = "http://localhost:4000";

export default defineConfig(({ command }) => ({
  // The server gives everything that Vite names by its content from below this address.
  base: command === "build" ? "/page/" : "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  define: {
    __DEFAULT_API_BASE_URL__: JSON.stringify(command === "serve" ? DEVELOPMENT_API : ""),
  },
  build: {
    target: "es2022",
    manifest: true,
    // All of it at once: a part that could not be loaded without network would come without its looks at the next try.
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    // Nothing is put into the page itself: the Content-Security-Policy allows files only.
    assetsInlineLimit: 0,
    reportCompressedSize: false,
  },
  server: { port: 3000, strictPort: true },
  test: {
    unstubGlobals: true,
    // Time is simulated; only a hanging test takes as long, however busy the machine is.
    testTimeout: 60_000,
    // Without isolation a file finds the modules that another has loaded: ten times as fast. The modules of the
    // charts go on listening after their test. The protocol needs no document.
    projects: [
      {
        extends: true,
        test: { name: "sync", environment: "node", isolate: false, include: ["src/sync/**/*.test.ts"] },
      },
      {
        extends: true,
        test: {
          name: "charts",
          environment: "happy-dom",
          include: ["src/store/chart*.test.ts", "src/features/charts/*.test.tsx"],
        },
      },
      {
        extends: true,
        test: {
          name: "page",
          environment: "happy-dom",
          isolate: false,
          include: ["src/**/*.test.{ts,tsx}"],
          exclude: ["src/sync/**", "src/store/chart*", "src/features/charts/*.test.tsx"],
        },
      },
    ],
  },
}));

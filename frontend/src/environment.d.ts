/** Set by vite.config.ts: the server's URL without VITE_API_BASE_URL. */
declare const __DEFAULT_API_BASE_URL__: string;

interface ImportMetaEnv {
  /** As in "http://localhost:4000": the server, when it isn't the page's own origin. */
  readonly VITE_API_BASE_URL?: string;
  /** As in "ws://localhost:4000": for sockets, when it isn't the same place. */
  readonly VITE_WS_URL?: string;
}

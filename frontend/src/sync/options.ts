/** Which room, of which server, and who asks. */

import type { Environment } from "./environment.ts";

export interface RoomClientOptions {
  /** The room's slug. */
  room: string;
  /** "" for the page's own origin, else as in "http://localhost:4000". */
  apiBase: string;
  /** As in "ws://localhost:4000"; "" for the page's own origin. */
  socketBase: string;
  /** Given by pages of another origin than the server's; elsewhere a cookie says who asks. */
  guestToken?: () => string | null;
  /**
   * Called before each sending, and waited for: makes the caller somebody whom the server will know again. A repeat
   * counts as the same only from the same caller. Where it rejects, the sending is tried again later.
   */
  prepareCaller?: () => Promise<void>;
  /** What isn't given is the browser's own. */
  environment?: Partial<Environment>;
}

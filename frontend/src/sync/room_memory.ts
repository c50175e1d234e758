/** What this browser remembers of a room: the last known state, to be shown before the server has said anything. */

import type { Vote } from "./actions.ts";
import type { Confirmed } from "./replica.ts";

export interface Remembered extends Confirmed {
  room: string;
  ownVotes: readonly (readonly [number, Vote])[];
  /** What the server's clock was ahead; null when that was not known. */
  clockOffset: number | null;
  savedAt: number;
}

// A queue of 1,000 items takes about half a megabyte.
export const MAX_ROOMS = 10;

export interface RoomMemory {
  load(room: string): Promise<Remembered | null>;
  /** Forgets the rooms that were saved longest ago, when there are too many. */
  save(remembered: Remembered): Promise<void>;
  forget(room: string): Promise<void>;
}

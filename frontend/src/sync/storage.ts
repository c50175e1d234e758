/** What a browser keeps for all its tabs and visits. */

import { DatabaseMemory, DatabaseOutbox, openDatabase } from "./database.ts";
import type { Environment } from "./environment.ts";
import type { OutboxStore } from "./outbox_state.ts";
import type { RoomMemory } from "./room_memory.ts";

export interface Storage {
  outbox: OutboxStore;
  rooms: RoomMemory;
}

// Some browsers never answer when a profile is broken; nobody shall wait for that.
const PATIENCE_MS = 2_000;

/** Rejects where the browser keeps nothing. */
export function openStorage(
  databases: IDBFactory | null,
  name: string,
  after: Environment["after"],
): Promise<Storage> {
  return new Promise((resolve, reject) => {
    if (!databases) throw new Error("This browser keeps nothing.");
    let isLate = false;
    const cancel = after(PATIENCE_MS, () => {
      isLate = true;
      reject(new Error("The browser's storage doesn't answer."));
    });
    openDatabase(databases, name).then(
      (database) => {
        cancel();
        if (isLate) database.close();
        else resolve({ outbox: new DatabaseOutbox(database), rooms: new DatabaseMemory(database) });
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}

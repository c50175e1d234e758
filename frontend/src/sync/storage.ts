/** IndexedDB of the browser, shared by its tabs and visits: the outbox and the last states of rooms. */

import type { Environment } from "./environment.ts";
import {
  applied,
  type Change,
  type Entry,
  type Lease,
  type OutboxStore,
  type Updated,
} from "./outbox_state.ts";
import { MAX_ROOMS, type RoomSnapshot, type SnapshotStore } from "./snapshot_persistence.ts";

export interface Storage {
  outbox: OutboxStore;
  rooms: SnapshotStore;
}

// Some browsers never respond if a profile is damaged; this limits the wait.
const OPEN_TIMEOUT_MS = 2_000;

/** Rejects in browsers that store nothing. */
export function openStorage(
  databases: IDBFactory | null,
  name: string,
  after: Environment["after"],
): Promise<Storage> {
  return new Promise((resolve, reject) => {
    if (!databases) throw new Error("This browser keeps nothing.");
    let isLate = false;
    const cancel = after(OPEN_TIMEOUT_MS, () => {
      isLate = true;
      reject(new Error("The browser's storage doesn't answer."));
    });
    openDatabase(databases, name).then(
      (database) => {
        cancel();
        if (isLate) database.close();
        else resolve({ outbox: new IndexedDbOutbox(database), rooms: new IndexedDbSnapshots(database) });
      },
      (error) => {
        cancel();
        reject(error);
      },
    );
  });
}

const VERSION = 1;
const LEASE_KEY = "lease";
const VOTES_FORGOTTEN_KEY = "votesForgotten";

/** Rejects if the browser allows no storage. */
export async function openDatabase(factory: IDBFactory, name: string): Promise<IDBDatabase> {
  const opening = factory.open(name, VERSION);
  opening.onupgradeneeded = () => {
    const database = opening.result;
    database.createObjectStore("outbox", { keyPath: "opId" });
    database.createObjectStore("lease");
    database.createObjectStore("rooms", { keyPath: "room" }).createIndex("savedAt", "savedAt");
  };
  const database = await resultOf(opening);
  // A newer page in another tab wants to rebuild it, and must not wait for this one.
  database.onversionchange = () => database.close();
  return database;
}

export class IndexedDbOutbox implements OutboxStore {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  /** One transaction: whatever the change decides, it decides on what no other tab is changing. */
  async update<T>(change: Change<T>): Promise<Updated<T>> {
    const transaction = this.#database.transaction(["outbox", "lease"], "readwrite");
    const outbox = transaction.objectStore("outbox");
    const leases = transaction.objectStore("lease");
    const finished = endOf(transaction);
    finished.catch(() => {}); // reported below, unless reading fails before
    const [stored, lease, votesForgotten = 0] = await Promise.all([
      resultOf<Entry[]>(outbox.getAll()),
      resultOf<Lease | undefined>(leases.get(LEASE_KEY)),
      resultOf<number | undefined>(leases.get(VOTES_FORGOTTEN_KEY)),
    ]);
    const entries = stored.sort((one, other) => one.number - other.number);
    const before = { entries, lease: lease ?? null, votesForgotten };
    const updated = applied(change, before);
    write(outbox, before.entries, updated.state.entries);
    const holder = updated.state.lease;
    if (holder === null) leases.delete(LEASE_KEY);
    else if (holder !== before.lease) leases.put(holder, LEASE_KEY);
    if (updated.state.votesForgotten !== votesForgotten) {
      leases.put(updated.state.votesForgotten, VOTES_FORGOTTEN_KEY);
    }
    await finished;
    return updated;
  }

  close(): void {
    this.#database.close();
  }
}

function write(outbox: IDBObjectStore, before: readonly Entry[], after: readonly Entry[]): void {
  const left = new Set(after.map(({ opId }) => opId));
  for (const { opId } of before) if (!left.has(opId)) outbox.delete(opId);
  const known = new Set(before);
  for (const entry of after) if (!known.has(entry)) outbox.put(entry);
}

export class IndexedDbSnapshots implements SnapshotStore {
  readonly #database: IDBDatabase;

  constructor(database: IDBDatabase) {
    this.#database = database;
  }

  async load(room: string): Promise<RoomSnapshot | null> {
    const rooms = this.#database.transaction("rooms").objectStore("rooms");
    return (await resultOf<RoomSnapshot | undefined>(rooms.get(room))) ?? null;
  }

  async save(snapshot: RoomSnapshot): Promise<void> {
    const transaction = this.#database.transaction("rooms", "readwrite");
    const rooms = transaction.objectStore("rooms");
    rooms.put(snapshot);
    const keys = rooms.index("savedAt").getAllKeys();
    keys.onsuccess = () => {
      for (const key of keys.result.slice(0, -MAX_ROOMS)) rooms.delete(key);
    };
    await endOf(transaction);
  }

  async remove(room: string): Promise<void> {
    const transaction = this.#database.transaction("rooms", "readwrite");
    transaction.objectStore("rooms").delete(room);
    await endOf(transaction);
  }
}

function resultOf<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

function endOf(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
}

import { IDBFactory } from "fake-indexeddb";
import { describe, expect, test } from "vitest";
import { DatabaseMemory, DatabaseOutbox, openDatabase } from "./database.ts";
import { MemoryStore } from "./memory_store.ts";
import { Outbox } from "./outbox.ts";
import { added, dismissed, finished } from "./outbox_rules.ts";
import type { Change, OutboxStore } from "./outbox_state.ts";
import { MAX_ROOMS, type Remembered } from "./room_memory.ts";
import { openStorage } from "./storage.ts";
import { add, entry, opIds, play, vote } from "./testing/entries.ts";
import { trackOf } from "./testing/model_room.ts";
import { NOON, World } from "./testing/world.ts";

const read: Change<null> = (state) => [state, null];
const leased: Change<null> = (state) => [{ ...state, lease: { owner: "ada", until: NOON } }, null];

async function database(): Promise<OutboxStore> {
  return new DatabaseOutbox(await openDatabase(new IDBFactory(), "tutti"));
}

describe.each<[string, () => Promise<OutboxStore>]>([
  ["in memory", async () => new MemoryStore()],
  ["in IndexedDB", database],
])("an outbox %s", (_name, open) => {
  test("keeps what is put in, in order", async () => {
    const store = await open();
    for (const opId of ["c", "a", "b"]) await store.update(added(entry(opId, add())));
    const { state, isChanged } = await store.update(read);
    expect(opIds(state)).toBe("c a b");
    expect(isChanged).toBe(false);
    expect(state.entries[0]).toMatchObject({ number: 1, action: { track: trackOf(1) } });
  });

  test("keeps what changes, and forgets what goes", async () => {
    const store = await open();
    await store.update(added(entry("a", add(), { status: "stale" })));
    await store.update(added(entry("b", play(1))));
    const verdict = { kind: "done", itemId: null, answeredAt: { epoch: "e1", seq: 4 } } as const;
    expect((await store.update(finished("b", verdict, { now: NOON, random: 0 }))).isChanged).toBe(true);
    await store.update(dismissed("a"));
    const { state } = await store.update(read);
    expect(state.entries).toMatchObject([{ opId: "b", answeredAt: { epoch: "e1", seq: 4 } }]);
  });

  test("keeps the lease, and gives it back", async () => {
    const store = await open();
    expect((await store.update(leased)).isChanged).toBe(false);
    expect((await store.update(read)).state.lease).toEqual({ owner: "ada", until: NOON });
    await store.update((state) => [{ ...state, lease: null }, null]);
    expect((await store.update(read)).state.lease).toBeNull();
  });

  test("counts the votes that were done and are forgotten, and nothing else", async () => {
    const store = await open();
    const done = { kind: "done", itemId: null, answeredAt: { epoch: "e1", seq: 4 } } as const;
    for (const one of [entry("a", vote(1, 1)), entry("b", vote(2, 1)), entry("c", play(1))]) {
      await store.update(added(one));
    }
    for (const opId of ["a", "c"]) await store.update(finished(opId, done, { now: NOON, random: 0 }));
    await store.update((state) => [{ ...state, entries: [] }, null]);
    expect((await store.update(read)).state).toEqual({ entries: [], lease: null, votesForgotten: 1 });
  });

  test("makes changes one after the other, however they come", async () => {
    const store = await open();
    const names = Array.from({ length: 20 }, (_, index) => `op ${index}`);
    await Promise.all(names.map((opId) => store.update(added(entry(opId, add())))));
    const { state } = await store.update(read);
    expect(state.entries.map(({ number }) => number)).toEqual(names.map((_, index) => index + 1));
  });
});

describe("IndexedDB", () => {
  test("is shared by two tabs, of which none overwrites the other", async () => {
    const databases = new IDBFactory();
    const [ada, bo] = await Promise.all([openDatabase(databases, "tutti"), openDatabase(databases, "tutti")]);
    const stores = [new DatabaseOutbox(ada), new DatabaseOutbox(bo)] as const;
    const puts = Array.from({ length: 20 }, (_, index) =>
      stores[index % 2 ? 1 : 0].update(added(entry(`op ${index}`, add()))),
    );
    await Promise.all(puts);
    const numbers = (await stores[0].update(read)).state.entries.map(({ number }) => number);
    expect(numbers).toEqual(puts.map((_, index) => index + 1));
  });

  test("remembers a room until it is forgotten", async () => {
    const memory = new DatabaseMemory(await openDatabase(new IDBFactory(), "tutti"));
    expect(await memory.load("main")).toBeNull();
    await memory.save(remembered("main", 1));
    expect(await memory.load("main")).toEqual(remembered("main", 1));
    await memory.forget("main");
    expect(await memory.load("main")).toBeNull();
  });

  test("remembers the rooms of late, and no more than a few", async () => {
    const memory = new DatabaseMemory(await openDatabase(new IDBFactory(), "tutti"));
    for (let index = 0; index < MAX_ROOMS + 3; index += 1)
      await memory.save(remembered(`room-${index}`, index));
    await memory.save(remembered("room-3", 1_000));
    await memory.save(remembered("room-new", 1_001));
    expect(await memory.load("room-2")).toBeNull();
    expect(await memory.load("room-3")).not.toBeNull();
    expect(await memory.load("room-4")).toBeNull();
    expect(await memory.load("room-5")).not.toBeNull();
  });

  function remembered(room: string, savedAt: number): Remembered {
    return { room, epoch: "e1", seq: 3, items: [], ownVotes: [[12, 1]], clockOffset: 5, savedAt };
  }
});

describe("where the browser keeps nothing", () => {
  const timersOf = (world: World) => (ms: number, then: () => void) => world.schedule(ms, then);

  test("opening fails where it is forbidden", async () => {
    const forbidden = {
      open: () => {
        throw new DOMException("no", "SecurityError");
      },
    } as unknown as IDBFactory;
    await expect(openStorage(forbidden, "tutti", timersOf(new World()))).rejects.toThrow("no");
  });

  test("opening is not waited for longer than a moment", async () => {
    const world = new World();
    const silent = { open: () => ({}) } as unknown as IDBFactory;
    const opening = openStorage(silent, "tutti", timersOf(world));
    const failing = expect(opening).rejects.toThrow("doesn't answer");
    await world.pass(2_000);
    await failing;
  });
});

describe("of two tabs", () => {
  const done = { kind: "done", itemId: null, answeredAt: { epoch: "e1", seq: 4 } } as const;
  const voted = (opId: string): Change<unknown>[] => [
    added(entry(opId, vote(1, 1))),
    finished(opId, done, { now: NOON, random: 0 }),
  ];
  const forgotten: Change<null> = (state) => [{ ...state, entries: [] }, null];

  function tabs() {
    const store = new MemoryStore();
    let missed = 0;
    const open = async () => store;
    const one = new Outbox({ open, changed: () => {}, missed: () => {}, tell: () => {} });
    const other = new Outbox({ open, changed: () => {}, missed: () => (missed += 1), tell: () => {} });
    return { one, other, missed: () => missed };
  }

  test("the one that slept hears that a vote has come and gone meanwhile", async () => {
    const { one, other, missed } = tabs();
    await other.update(added(entry("mine", play(1))));
    for (const change of [...voted("a"), forgotten]) await one.update(change);
    await other.reread();
    expect(missed()).toBe(1);
    await other.reread();
    expect(missed()).toBe(1);
  });

  test("the one that saw it done has missed nothing", async () => {
    const { one, other, missed } = tabs();
    for (const change of voted("a")) await one.update(change);
    await other.reread();
    await one.update(forgotten);
    await other.reread();
    expect(missed()).toBe(0);
  });

  test("the one that is new has missed nothing", async () => {
    const { one, other, missed } = tabs();
    for (const change of [...voted("a"), forgotten]) await one.update(change);
    await other.reread();
    expect(missed()).toBe(0);
  });
});

describe("a store that breaks", () => {
  function breaking(times: number) {
    const store = new MemoryStore();
    let isBroken = false;
    let opened = 0;
    const outbox = new Outbox({
      open: async () => {
        opened += 1;
        isBroken = opened > 1 && opened <= times;
        return {
          update: (change) => (isBroken ? Promise.reject(new Error("broken")) : store.update(change)),
          close: () => {},
        };
      },
      changed: () => {},
      missed: () => {},
      tell: () => {},
    });
    const breakIt = () => {
      isBroken = true;
    };
    return { outbox, store, breakIt };
  }

  test("is opened again", async () => {
    const { outbox, store, breakIt } = breaking(1);
    await outbox.change(added(entry("a", add())));
    breakIt();
    await outbox.change(added(entry("b", add())));
    expect(opIds((await store.update(read)).state)).toBe("a b");
  });

  test("and was emptied gets back what waits", async () => {
    const stores = [new MemoryStore(), new MemoryStore()];
    const outbox = new Outbox({
      open: async () => stores.shift() ?? new MemoryStore(),
      changed: () => {},
      missed: () => {},
      tell: () => {},
    });
    const [first, second] = stores as [MemoryStore, MemoryStore];
    await outbox.change(added(entry("a", add())));
    await outbox.change(added(entry("b", add())));
    first.update = () => Promise.reject(new Error("closed"));
    await outbox.change(added(entry("c", add())));
    expect(opIds((await second.update(read)).state)).toBe("a b c");
    expect(outbox.entries.map(({ opId }) => opId)).toEqual(["a", "b", "c"]);
  });

  test("for good is replaced by one that has what is known", async () => {
    const { outbox, breakIt } = breaking(99);
    await outbox.change(added(entry("a", add())));
    breakIt();
    await outbox.change(added(entry("b", add())));
    await outbox.reread();
    expect(outbox.entries.map(({ opId }) => opId)).toEqual(["a", "b"]);
  });
});

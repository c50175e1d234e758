import { IDBFactory } from "fake-indexeddb";
import { describe, expect, test } from "vitest";
import { Outbox } from "./outbox.ts";
import { added, completed, discarded } from "./outbox_rules.ts";
import { type Change, InMemoryOutbox, type OutboxStore } from "./outbox_state.ts";
import { MAX_ROOMS, type RoomSnapshot } from "./snapshot_persistence.ts";
import { IndexedDbOutbox, IndexedDbSnapshots, openDatabase, openStorage } from "./storage.ts";
import { add, entry, opIds, play, vote } from "./testing/fixtures.ts";
import { trackOf } from "./testing/model_room.ts";
import { NOON, Simulation } from "./testing/simulation.ts";

const read: Change<null> = (state) => [state, null];
const leased: Change<null> = (state) => [{ ...state, lease: { owner: "ada", until: NOON } }, null];

async function database(): Promise<OutboxStore> {
  return new IndexedDbOutbox(await openDatabase(new IDBFactory(), "tutti"));
}

describe.each<[string, () => Promise<OutboxStore>]>([
  ["in memory", async () => new InMemoryOutbox()],
  ["in IndexedDB", database],
])("an outbox %s", (_name, open) => {
  test("stores entries in order", async () => {
    const store = await open();
    for (const opId of ["c", "a", "b"]) await store.update(added(entry(opId, add())));
    const { state, isChanged } = await store.update(read);
    expect(opIds(state)).toBe("c a b");
    expect(isChanged).toBe(false);
    expect(state.entries[0]).toMatchObject({ number: 1, action: { track: trackOf(1) } });
  });

  test("stores changes, and deletes removed entries", async () => {
    const store = await open();
    await store.update(added(entry("a", add(), { status: "stale" })));
    await store.update(added(entry("b", play(1))));
    const verdict = { kind: "done", itemId: null, answeredAt: { epoch: "e1", seq: 4 } } as const;
    expect((await store.update(completed("b", verdict, { now: NOON, random: 0 }))).isChanged).toBe(true);
    await store.update(discarded("a"));
    const { state } = await store.update(read);
    expect(state.entries).toMatchObject([{ opId: "b", answeredAt: { epoch: "e1", seq: 4 } }]);
  });

  test("stores the lease, and releases it", async () => {
    const store = await open();
    expect((await store.update(leased)).isChanged).toBe(false);
    expect((await store.update(read)).state.lease).toEqual({ owner: "ada", until: NOON });
    await store.update((state) => [{ ...state, lease: null }, null]);
    expect((await store.update(read)).state.lease).toBeNull();
  });

  test("counts the completed votes that were deleted, and nothing else", async () => {
    const store = await open();
    const done = { kind: "done", itemId: null, answeredAt: { epoch: "e1", seq: 4 } } as const;
    for (const one of [entry("a", vote(1, 1)), entry("b", vote(2, 1)), entry("c", play(1))]) {
      await store.update(added(one));
    }
    for (const opId of ["a", "c"]) await store.update(completed(opId, done, { now: NOON, random: 0 }));
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
    const stores = [new IndexedDbOutbox(ada), new IndexedDbOutbox(bo)] as const;
    const puts = Array.from({ length: 20 }, (_, index) =>
      stores[index % 2 ? 1 : 0].update(added(entry(`op ${index}`, add()))),
    );
    await Promise.all(puts);
    const numbers = (await stores[0].update(read)).state.entries.map(({ number }) => number);
    expect(numbers).toEqual(puts.map((_, index) => index + 1));
  });

  test("stores a room until it is deleted", async () => {
    const memory = new IndexedDbSnapshots(await openDatabase(new IDBFactory(), "tutti"));
    expect(await memory.load("main")).toBeNull();
    await memory.save(remembered("main", 1));
    expect(await memory.load("main")).toEqual(remembered("main", 1));
    await memory.remove("main");
    expect(await memory.load("main")).toBeNull();
  });

  test("stores the last rooms, up to a limit", async () => {
    const memory = new IndexedDbSnapshots(await openDatabase(new IDBFactory(), "tutti"));
    for (let index = 0; index < MAX_ROOMS + 3; index += 1)
      await memory.save(remembered(`room-${index}`, index));
    await memory.save(remembered("room-3", 1_000));
    await memory.save(remembered("room-new", 1_001));
    expect(await memory.load("room-2")).toBeNull();
    expect(await memory.load("room-3")).not.toBeNull();
    expect(await memory.load("room-4")).toBeNull();
    expect(await memory.load("room-5")).not.toBeNull();
  });

  function remembered(room: string, savedAt: number): RoomSnapshot {
    return { room, epoch: "e1", seq: 3, items: [], ownVotes: [[12, 1]], clockOffset: 5, savedAt };
  }
});

describe("where the browser stores nothing", () => {
  const timersOf = (simulation: Simulation) => (ms: number, then: () => void) =>
    simulation.schedule(ms, then);

  test("opening fails where it is forbidden", async () => {
    const forbidden = {
      open: () => {
        throw new DOMException("no", "SecurityError");
      },
    } as unknown as IDBFactory;
    await expect(openStorage(forbidden, "tutti", timersOf(new Simulation()))).rejects.toThrow("no");
  });

  test("opening is not waited for longer than a moment", async () => {
    const simulation = new Simulation();
    const silent = { open: () => ({}) } as unknown as IDBFactory;
    const opening = openStorage(silent, "tutti", timersOf(simulation));
    const failing = expect(opening).rejects.toThrow("doesn't answer");
    await simulation.pass(2_000);
    await failing;
  });
});

describe("of two tabs", () => {
  const done = { kind: "done", itemId: null, answeredAt: { epoch: "e1", seq: 4 } } as const;
  const voted = (opId: string): Change<unknown>[] => [
    added(entry(opId, vote(1, 1))),
    completed(opId, done, { now: NOON, random: 0 }),
  ];
  const forgotten: Change<null> = (state) => [{ ...state, entries: [] }, null];

  function tabs() {
    const store = new InMemoryOutbox();
    let missed = 0;
    const open = async () => store;
    const one = new Outbox({ open, changed: () => {}, missed: () => {}, notifyTabs: () => {} });
    const other = new Outbox({ open, changed: () => {}, missed: () => (missed += 1), notifyTabs: () => {} });
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
    const store = new InMemoryOutbox();
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
      notifyTabs: () => {},
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
    const stores = [new InMemoryOutbox(), new InMemoryOutbox()];
    const outbox = new Outbox({
      open: async () => stores.shift() ?? new InMemoryOutbox(),
      changed: () => {},
      missed: () => {},
      notifyTabs: () => {},
    });
    const [first, second] = stores as [InMemoryOutbox, InMemoryOutbox];
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

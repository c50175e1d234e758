import { beforeEach, expect, test } from "vitest";
import type { Item, RoomMessage, StreamEvent } from "./messages.ts";
import { Replica } from "./replica.ts";
import { ModelRoom } from "./testing/model_room.ts";
import { NOON, Simulation } from "./testing/simulation.ts";

let log: string[];
let room: ModelRoom;
let replica: Replica;

beforeEach(() => {
  log = [];
  let lastId = 0;
  room = new ModelRoom(
    "main",
    () => ++lastId,
    () => new Date(NOON).toISOString(),
    () => {},
  );
  replica = new Replica({
    apply: (event, step) => {
      step();
      log.push(`${event.type} ${event.seq}`);
    },
    replaced: (_before, isResync) => log.push(isResync ? "resynced" : "snapshot"),
  });
});

function snapshot({
  epoch = room.epoch,
  seq = room.seq,
  items = room.items as readonly Item[],
} = {}): RoomMessage {
  return { type: "playlist.snapshot", payload: { epoch, seq, items: [...items] } };
}

function heartbeat(digest = room.digest, seq = room.seq): RoomMessage {
  return { type: "heartbeat", payload: { epoch: room.epoch, seq, digest } };
}

/** Three tracks are added; returns the events. */
function threeAdded(): StreamEvent[] {
  for (const id of [1, 2, 3]) room.add(id, "Ada", {});
  return room.log.slice(-3);
}

test("repeated events are not held, however many", () => {
  room.add(1, "Ada", {});
  for (let value = 0; value < 1_200; value += 1) room.vote(1, "bo", value % 2 ? 1 : -1);
  replica.receive(snapshot());
  for (const event of room.log) replica.receive(event);
  expect(replica.gap).toBeNull();
  expect(log).toEqual(["snapshot"]);
});

test("an event of another epoch asks for a snapshot, and goes on from it", () => {
  replica.receive(snapshot());
  for (const event of threeAdded()) replica.receive(event);
  room.epoch = "e2";
  room.remove(1);
  replica.receive(room.log.at(-1) as StreamEvent);
  expect(replica.gap).toBe("snapshot");
  expect(replica.confirmed).toMatchObject({ epoch: "e1", seq: 3 });
  replica.receive(snapshot({ seq: room.seq }));
  expect(replica.confirmed).toMatchObject({ epoch: "e2", seq: 4 });
  expect(replica.gap).toBeNull();
});

test("a snapshot of another epoch counts, even when its number is lower", () => {
  for (const event of threeAdded()) replica.receive(event);
  replica.receive(snapshot());
  replica.receive(snapshot({ epoch: "e2", seq: 1, items: [] }));
  expect(replica.confirmed).toEqual({ epoch: "e2", seq: 1, items: [] });
});

test("held events of an epoch that is over are not mixed with the new one", () => {
  replica.receive(snapshot());
  const [, second, third] = threeAdded() as [StreamEvent, StreamEvent, StreamEvent];
  replica.receive(second);
  replica.receive(third);
  replica.receive(snapshot({ epoch: "e2", seq: 1, items: [] }));
  expect(replica.confirmed).toEqual({ epoch: "e2", seq: 1, items: [] });
});

test("more early events than are worth holding ask for a snapshot", () => {
  replica.receive(snapshot());
  room.add(1, "Ada", {});
  for (let value = 0; value < 600; value += 1) room.vote(1, "bo", value % 2 ? 1 : -1);
  for (const event of room.log.slice(1)) replica.receive(event);
  expect(replica.gap).toBe("snapshot");
  replica.receive(snapshot());
  expect(replica.confirmed?.seq).toBe(601);
  expect(replica.gap).toBeNull();
  expect(log.at(-1)).toBe("snapshot");
});

test("a digest of another position is ignored", () => {
  replica.receive(snapshot());
  for (const event of threeAdded()) replica.receive(event);
  replica.receive(heartbeat("0123456789abcdef", 2));
  expect(replica.gap).toBeNull();
  replica.receive(heartbeat("0123456789abcdef", 4));
  expect(replica.gap).toBe("events");
});

test("a message of an unknown type is passed over", () => {
  replica.receive(snapshot());
  replica.receive({ type: "weather", payload: {} } as unknown as RoomMessage);
  expect(replica.confirmed?.seq).toBe(0);
});

test("an unchanged item of a snapshot stays the same object", () => {
  threeAdded();
  replica.receive(snapshot());
  const before = replica.confirmed?.items;
  room.vote(2, "bo", 1);
  replica.receive(JSON.parse(JSON.stringify(snapshot())) as RoomMessage);
  expect(replica.confirmed?.items[0]).toBe(before?.[0]);
  expect(replica.confirmed?.items[1]).not.toBe(before?.[1]);
});

test("whatever the order in which messages come, the state is that of the room", () => {
  const seed = Math.floor(Math.random() * 2 ** 32);
  const { random } = new Simulation(seed);
  const messages: RoomMessage[] = [snapshot()];
  for (let step = 0; step < 300; step += 1) {
    const draw = random();
    if (room.items.length < 3 || draw < 0.3) room.add(1000 + step, "Ada", {});
    else if (draw < 0.6) room.move(room.items[1]?.id as number, { after: room.items.at(-1)?.id as number });
    else room.vote(room.items[0]?.id as number, `voter ${step}`, 1);
    if (draw > 0.95) messages.push(snapshot());
  }
  messages.push(...room.log, ...room.log.filter(() => random() < 0.3));
  messages.sort(() => random() - 0.5);
  for (const message of messages) replica.receive(message);
  expect(replica.confirmed, `seed ${seed}`).toMatchObject({ seq: room.seq, items: room.items });
});

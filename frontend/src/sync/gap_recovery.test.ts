import { beforeEach, expect, test } from "vitest";
import type { Environment } from "./environment.ts";
import { GapRecovery } from "./gap_recovery.ts";
import type { ClientMessage, RoomMessage } from "./messages.ts";
import { Replica } from "./replica.ts";
import { ModelRoom } from "./testing/model_room.ts";
import { NOON, Simulation } from "./testing/simulation.ts";

let simulation: Simulation;
let room: ModelRoom;
let asked: ClientMessage[];
let gapRecovery: GapRecovery;
let receive: (message: RoomMessage) => void;

beforeEach(() => {
  simulation = new Simulation();
  asked = [];
  let lastId = 0;
  room = new ModelRoom(
    "main",
    () => ++lastId,
    () => new Date(NOON).toISOString(),
    () => {},
  );
  const replica = new Replica({ apply: (_event, step) => step(), replaced: () => {} });
  const environment = { after: (ms, then) => simulation.schedule(ms, then) } as Environment;
  gapRecovery = new GapRecovery(replica, environment, (message) => asked.push(message));
  receive = (message) => {
    replica.receive(message);
    gapRecovery.look();
  };
});

function snapshot(): RoomMessage {
  return { type: "playlist.snapshot", payload: { epoch: room.epoch, seq: room.seq, items: room.items } };
}

function greeting(): RoomMessage {
  const payload = { room: "main", epoch: room.epoch, seq: room.seq, heartbeat_seconds: 25 };
  return { type: "connection.established", message: "", payload };
}

/** The room has gone on by three events, of which only the last arrives. */
function leaveGap(): void {
  for (const id of [1, 2, 3]) room.add(id, "Ada", {});
  receive(room.log[2] as RoomMessage);
}

test("a gap that closes by itself is not asked about", async () => {
  receive(snapshot());
  leaveGap();
  await simulation.pass(200);
  receive(room.log[0] as RoomMessage);
  receive(room.log[1] as RoomMessage);
  await simulation.pass(60_000);
  expect(asked).toEqual([]);
});

test("a gap that stays asks for what is missing, and one that the answer doesn't close for a snapshot", async () => {
  receive(snapshot());
  leaveGap();
  await simulation.pass(4_000);
  expect(asked).toEqual([{ type: "resume", epoch: "e1", since: 0 }, { type: "snapshot" }]);
});

test("as long as nothing comes it asks again, less and less often", async () => {
  receive(snapshot());
  leaveGap();
  await simulation.pass(10 * 60_000);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.length).toBeLessThan(30);
});

test("what begins to arrive is waited for", async () => {
  receive(snapshot());
  for (let id = 1; id <= 50; id += 1) room.add(id, "Ada", {});
  receive(room.log[49] as RoomMessage);
  for (const event of room.log.slice(0, 49)) {
    await simulation.pass(250);
    receive(event);
  }
  expect(asked).toEqual([]);
});

test("a new connection brings by itself what was missed", async () => {
  receive(snapshot());
  room.add(1, "Ada", {});
  gapRecovery.opened();
  receive(greeting());
  await simulation.pass(2_000);
  expect(asked).toEqual([]);
  await simulation.pass(2_000);
  expect(asked.map(({ type }) => type)).toEqual(["snapshot"]);
});

test("nothing is requested without a connection", async () => {
  receive(snapshot());
  leaveGap();
  gapRecovery.closed();
  await simulation.pass(60_000);
  expect(asked).toEqual([]);
});

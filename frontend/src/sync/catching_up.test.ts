import { beforeEach, expect, test } from "vitest";
import { CatchingUp } from "./catching_up.ts";
import type { Environment } from "./environment.ts";
import { Replica } from "./replica.ts";
import { ModelRoom } from "./testing/model_room.ts";
import { NOON, World } from "./testing/world.ts";
import type { ClientFrame, ServerFrame } from "./wire.ts";

let world: World;
let room: ModelRoom;
let asked: ClientFrame[];
let catchingUp: CatchingUp;
let receive: (frame: ServerFrame) => void;

beforeEach(() => {
  world = new World();
  asked = [];
  let lastId = 0;
  room = new ModelRoom(
    "main",
    () => ++lastId,
    () => new Date(NOON).toISOString(),
    () => {},
  );
  const replica = new Replica({ apply: (_event, step) => step(), replaced: () => {} });
  const environment = { after: (ms, then) => world.schedule(ms, then) } as Environment;
  catchingUp = new CatchingUp(replica, environment, (frame) => asked.push(frame));
  receive = (frame) => {
    replica.receive(frame);
    catchingUp.look();
  };
});

function snapshot(): ServerFrame {
  return { type: "playlist.snapshot", payload: { epoch: room.epoch, seq: room.seq, items: room.items } };
}

function greeting(): ServerFrame {
  const payload = { room: "main", epoch: room.epoch, seq: room.seq, heartbeat_seconds: 25 };
  return { type: "connection.established", message: "", payload };
}

/** The room has gone on by three events, of which only the last arrives. */
function leaveGap(): void {
  for (const id of [1, 2, 3]) room.add(id, "Ada", {});
  receive(room.log[2] as ServerFrame);
}

test("a gap that closes by itself is not asked about", async () => {
  receive(snapshot());
  leaveGap();
  await world.pass(200);
  receive(room.log[0] as ServerFrame);
  receive(room.log[1] as ServerFrame);
  await world.pass(60_000);
  expect(asked).toEqual([]);
});

test("a gap that stays asks for what is missing, and one that the answer doesn't close for a snapshot", async () => {
  receive(snapshot());
  leaveGap();
  await world.pass(4_000);
  expect(asked).toEqual([{ type: "resume", epoch: "e1", since: 0 }, { type: "snapshot" }]);
});

test("as long as nothing comes it asks again, less and less often", async () => {
  receive(snapshot());
  leaveGap();
  await world.pass(10 * 60_000);
  expect(asked.length).toBeGreaterThan(10);
  expect(asked.length).toBeLessThan(30);
});

test("what begins to arrive is waited for", async () => {
  receive(snapshot());
  for (let id = 1; id <= 50; id += 1) room.add(id, "Ada", {});
  receive(room.log[49] as ServerFrame);
  for (const event of room.log.slice(0, 49)) {
    await world.pass(250);
    receive(event);
  }
  expect(asked).toEqual([]);
});

test("a new connection brings by itself what was missed", async () => {
  receive(snapshot());
  room.add(1, "Ada", {});
  catchingUp.opened();
  receive(greeting());
  await world.pass(2_000);
  expect(asked).toEqual([]);
  await world.pass(2_000);
  expect(asked.map(({ type }) => type)).toEqual(["snapshot"]);
});

test("nothing is asked for without a line", async () => {
  receive(snapshot());
  leaveGap();
  catchingUp.closed();
  await world.pass(60_000);
  expect(asked).toEqual([]);
});

import { describe, expect, test } from "vitest";
import type { Action } from "./actions.ts";
import { renamed, requestOf } from "./requests.ts";
import { trackOf } from "./testing/model_room.ts";

const QUEUE = "/api/rooms/kitchen/playlist/";
const track = trackOf(5);

describe("what an action asks of the server", () => {
  const cases: [string, Action, string, string, unknown][] = [
    [
      "add",
      { kind: "add", track, addedBy: "Ada", place: null },
      "POST",
      "",
      { track_id: 5, added_by: "Ada" },
    ],
    ["add, nameless", { kind: "add", track, addedBy: null, place: null }, "POST", "", { track_id: 5 }],
    [
      "add, placed",
      { kind: "add", track, addedBy: null, place: { before: 2 } },
      "POST",
      "",
      { track_id: 5, before: 2 },
    ],
    ["move", { kind: "move", item: 12, place: { after: 7 } }, "PATCH", "12/", { after: 7 }],
    ["vote", { kind: "vote", item: 12, value: -1 }, "POST", "12/vote/", { value: -1 }],
    ["play", { kind: "play", item: 12 }, "POST", "12/play/", null],
    ["stop", { kind: "stop" }, "POST", "stop/", null],
    ["remove", { kind: "remove", item: 12 }, "DELETE", "12/", null],
    ["restore", { kind: "restore", item: 12 }, "POST", "12/restore/", null],
  ];

  test.each(cases)("%s", (_name, action, method, path, body) => {
    const request = requestOf("kitchen", action);
    expect(request).toMatchObject({ method, path: QUEUE + path });
    expect(JSON.parse(request?.body ?? "null")).toEqual(body);
  });

  test("an action that names an item without an id can't be asked for yet", () => {
    const newcomer = { addedBy: "op" };
    expect(requestOf("kitchen", { kind: "vote", item: newcomer, value: 1 })).toBeNull();
    expect(requestOf("kitchen", { kind: "move", item: 1, place: { after: newcomer } })).toBeNull();
    expect(
      requestOf("kitchen", { kind: "add", track, addedBy: null, place: { before: newcomer } }),
    ).toBeNull();
  });
});

test("every name for an item can be replaced", () => {
  const name = () => 9;
  const old = { addedBy: "op" };
  const kinds: Action[] = [
    { kind: "add", track, addedBy: null, place: { before: old } },
    { kind: "move", item: old, place: { after: old } },
    { kind: "vote", item: old, value: 1 },
    { kind: "play", item: old },
    { kind: "remove", item: old },
  ];
  for (const action of kinds) expect(JSON.stringify(renamed(action, name))).not.toContain('addedBy":"op');
  expect(renamed({ kind: "stop" }, name)).toEqual({ kind: "stop" });
});

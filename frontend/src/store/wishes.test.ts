import { afterEach, beforeEach, expect, test, vi } from "vitest";

const HALO = { id: 1, text: "Halo", wished_by: "Ada", wished_at: "2025-12-04T12:00:00Z" };

let calls: string[];
let list: unknown[];
let status: number;
let wishes: typeof import("./wishes.ts");
let stop: () => void;

async function ask(address: string, init: RequestInit = {}): Promise<Response> {
  const call = `${init.method ?? "GET"} ${new URL(address, location.href).pathname}`;
  calls.push(call);
  if (call.startsWith("DELETE")) {
    const error = { code: status === 404 ? "NOT_FOUND" : "UNAVAILABLE", message: "", details: {} };
    return new Response(status === 204 ? null : JSON.stringify({ error }), { status });
  }
  return new Response(JSON.stringify(list), { status: 200 });
}

beforeEach(async () => {
  [calls, list, status] = [[], [HALO], 204];
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.resetModules();
  const { view } = await import("./room.ts");
  wishes = await import("./wishes.ts");
  stop = wishes.followWishes();
  view.value = { ...view.value, room: "kitchen", connection: { kind: "live" } } as never;
  await vi.waitFor(() => expect(wishes.wishes.value).toEqual([HALO]));
});

afterEach(() => {
  stop();
  vi.unstubAllGlobals();
});

test("one that is removed goes at once, also where another was faster", async () => {
  status = 404;
  const removing = wishes.removeWish(1);
  expect(wishes.wishes.value).toEqual([]);
  list = [];
  await removing;
  expect(calls).toContain("DELETE /api/rooms/kitchen/playlist/wishes/1/");
});

test("one that could not be removed comes back", async () => {
  status = 503;
  await expect(wishes.removeWish(1)).rejects.toHaveProperty("status", 503);
  await vi.waitFor(() => expect(wishes.wishes.value).toEqual([HALO]));
});

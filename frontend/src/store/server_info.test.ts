import { describe, expect, it } from "vitest";
import type { Page } from "../generated/api.ts";
import { MAIN_ROOM, view } from "./room.ts";
import { reachableOrigins, roomLinks, serverInfo } from "./server_info.ts";

const LAN = "http://192.168.1.5:4000";
const facts = (addresses: string[]) => ({ addresses, is_reachable_by_others: addresses.length > 0 });

it("links to a room have a preview, those to the main room, too", () => {
  serverInfo.value = facts([`${LAN}/`]) as Page;
  for (const room of [MAIN_ROOM, "kitchen"]) {
    view.value = { ...view.value, room };
    expect(roomLinks.value.at(-1)).toBe(`${LAN}/r/${room}`);
  }
});

describe("where others reach the page", () => {
  it.each([
    "http://localhost:4000",
    "http://127.0.0.1:4000",
    "http://[::1]:4000",
    "http://tutti.localhost:4000",
  ])("is never %s", (own) => {
    expect(reachableOrigins(facts([]), own)).toEqual([]);
    expect(reachableOrigins(facts([`${own}/`]), own)).toEqual([]);
  });

  it("are those of the server, if this browser runs on the same machine", () => {
    expect(reachableOrigins(facts([`${LAN}/`, "http://10.0.0.2:4000/"]), "http://localhost:4000")).toEqual([
      LAN,
      "http://10.0.0.2:4000",
    ]);
  });

  it("is first the address that this browser came by itself", () => {
    expect(reachableOrigins(facts([`${LAN}/`]), "https://party.example")).toEqual([
      "https://party.example",
      LAN,
    ]);
  });

  it("is the own origin while the server has not reported any", () => {
    expect(reachableOrigins(null, LAN)).toEqual([LAN]);
    expect(reachableOrigins(null, "http://localhost:4000")).toEqual([]);
  });
});

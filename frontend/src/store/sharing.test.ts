import { describe, expect, it } from "vitest";
import { reachable } from "./sharing.ts";

const LAN = "http://192.168.1.5:4000";
const facts = (addresses: string[]) => ({ addresses, is_reachable_by_others: addresses.length > 0 });

describe("where others reach the page", () => {
  it.each([
    "http://localhost:4000",
    "http://127.0.0.1:4000",
    "http://[::1]:4000",
    "http://tutti.localhost:4000",
  ])("is never %s", (own) => {
    expect(reachable(facts([]), own)).toEqual([]);
    expect(reachable(facts([`${own}/`]), own)).toEqual([]);
  });

  it("is what the server says, when this browser runs on the same machine", () => {
    expect(reachable(facts([`${LAN}/`, "http://10.0.0.2:4000/"]), "http://localhost:4000")).toEqual([
      LAN,
      "http://10.0.0.2:4000",
    ]);
  });

  it("is first the address that this browser came by itself", () => {
    expect(reachable(facts([`${LAN}/`]), "https://party.example")).toEqual(["https://party.example", LAN]);
  });

  it("is known from the own address while the server has not told anything", () => {
    expect(reachable(null, LAN)).toEqual([LAN]);
    expect(reachable(null, "http://localhost:4000")).toEqual([]);
  });
});

import { describe, expect, it } from "vitest";
import { chartAddress, tailOfChart } from "./chart_address.ts";

describe("the address of a chart", () => {
  it.each([
    ["/jazz", { of: "jazz", when: "", isrc: "" }],
    ["/this-room/2026-W47", { of: "this-room", when: "2026-W47", isrc: "" }],
    ["/r%26b/2026-11-22/track/USUM71703861", { of: "r&b", when: "2026-11-22", isrc: "USUM71703861" }],
    ["/pop/track/USUM71703861", { of: "pop", when: "", isrc: "USUM71703861" }],
  ])("%s is read and written", (tail, said) => {
    expect(chartAddress(tail)).toEqual(said);
    expect(tailOfChart(said)).toBe(tail);
  });

  it.each(["", "/", "/pop/yesterday", "/%E0%A4%A", "/pop/track/", "pop"])("%s names nothing", (tail) => {
    expect(chartAddress(tail).of).toBe("");
  });
});

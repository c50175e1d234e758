import { describe, expect, it } from "vitest";
import { dayName, frameHost, webAddress } from "./formats.ts";

describe("a link to a service", () => {
  it("leads to pages of the web alone", () => {
    expect(webAddress("https://charts.example/a?b=c")).toBe("https://charts.example/a?b=c");
    for (const url of ["", "javascript:alert(1)", "data:text/html,x", "/r/main", "spotify:track:1"])
      expect(webAddress(url)).toBeNull();
  });
});

describe("a frame", () => {
  it("is another's, and by https", () => {
    expect(frameHost("https://open.spotify.com/embed/track/x")).toBe("open.spotify.com");
    for (const url of ["http://open.spotify.com/", "", "javascript:alert(1)", location.href])
      expect(frameHost(url)).toBeNull();
  });
});

it("says the year of a day that is not of this one", () => {
  const year = new Date().getUTCFullYear();
  expect(dayName(`${year}-03-04`)).not.toContain(String(year));
  expect(dayName(`${year - 1}-03-04`)).toContain(String(year - 1));
});

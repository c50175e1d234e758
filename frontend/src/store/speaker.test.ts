import { expect, test, vi } from "vitest";
import { account } from "./identity.ts";
import { speakerName } from "./speaker.ts";

test("the name of a speaker has up to 60 characters", () => {
  vi.stubGlobal("navigator", { userAgent: "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" });
  expect(speakerName()).toBe("Macintosh");
  account.value = { id: 1, username: "a".repeat(50) } as NonNullable<typeof account.value>;
  expect(speakerName()).toBe(`${"a".repeat(48)} (Macintosh)`);
});

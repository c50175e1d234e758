import { describe, expect, it } from "vitest";
import { ApiError } from "../api/http.ts";
import { sendIdempotent } from "./idempotent_request.ts";

/** Sends the wish, and lets it end so; returns its key. */
async function keyOf(wish: object, end: ApiError | null = null): Promise<string> {
  let given = "";
  const sending = sendIdempotent(wish, async (_wish, key) => {
    given = key;
    if (end) throw end;
  });
  if (end) await expect(sending).rejects.toBe(end);
  else await sending;
  return given;
}

const problem = (status: number) => new ApiError({ code: "ANY", status, message: "" });

describe("a wish that is sent again", () => {
  it.each([0, 429, 500, 502, 503])("has the same key after %i", async (status) => {
    const wish = { name: `Kitchen ${status}` };
    const first = await keyOf(wish, problem(status));
    expect(await keyOf(wish)).toBe(first);
  });

  it.each([400, 403, 409])("is a new one after %i, which a stored answer would repeat", async (status) => {
    const wish = { name: `Attic ${status}` };
    const first = await keyOf(wish, problem(status));
    expect(await keyOf(wish)).not.toBe(first);
  });

  it("is a new one after it was done", async () => {
    expect(await keyOf({ name: "Cellar" })).not.toBe(await keyOf({ name: "Cellar" }));
  });

  it("has the same key while another one is tried in between", async () => {
    const first = await keyOf({ name: "Roof" }, problem(0));
    await keyOf({ name: "Roof", slug: "roof" }, problem(0));
    expect(await keyOf({ name: "Roof" })).toBe(first);
  });

  it("has the key of the one that is under way still", async () => {
    const keys: string[] = [];
    const send = async (_wish: object, key: string) => void keys.push(key);
    await Promise.all([sendIdempotent({ name: "Twice" }, send), sendIdempotent({ name: "Twice" }, send)]);
    expect(keys[1]).toBe(keys[0]);
  });
});

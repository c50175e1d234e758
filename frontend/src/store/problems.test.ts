import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ApiProblem } from "../api/http.ts";
import { speak } from "../words/index.ts";
import { fieldProblems, problemOf, sentenceOf } from "./problems.ts";

beforeAll(() => speak("de"));
afterAll(() => speak("en"));

function problem(code: string, status: number, details: Record<string, unknown> = {}): ApiProblem {
  return new ApiProblem({ code, status, message: "In English.", details });
}

describe("a problem in the reader's words", () => {
  it.each([
    ["This field may not be blank.", "Pflichtfeld."],
    ["This field is required.", "Pflichtfeld."],
    ["Ensure this field has no more than 50 characters.", "Höchstens 50 Zeichen."],
    ["Only a to z, 0 to 9 and - are allowed.", "Nur a–z, 0–9 und Bindestriche."],
    ["Control characters are not allowed.", "Enthält ein nicht unterstütztes Zeichen."],
  ])("%s", (told, read) => {
    expect(fieldProblems(problem("VALIDATION_ERROR", 400, { name: [told] }))).toEqual({ name: read });
  });

  it("is one sentence where no field is to blame", () => {
    expect(problemOf("name", problem("NO_ANSWER", 0))).toBe(
      "Der Server ist nicht erreichbar. Versuch es gleich noch einmal.",
    );
    expect(sentenceOf(problem("INTERNAL_ERROR", 500))).toBe("Etwas ist schiefgelaufen.");
    expect(sentenceOf(new TypeError("a bug"))).toBe("Etwas ist schiefgelaufen.");
  });

  it("says how long to wait", () => {
    const limited = new ApiProblem({ code: "RATE_LIMITED", status: 429, message: "", retryAfter: 12 });
    expect(sentenceOf(limited)).toContain("12 Sekunden");
  });
});

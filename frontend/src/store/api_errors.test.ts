import { afterAll, beforeAll, describe, expect, it, test } from "vitest";
import { ApiError } from "../api/http.ts";
import { loadLazyMessages, setLanguage } from "../locales/index.ts";
import {
  accountErrorMessage,
  accountFieldErrors,
  errorMessage,
  fieldErrorMessage,
  fieldErrors,
} from "./api_errors.ts";

beforeAll(() => setLanguage("de"));
afterAll(() => setLanguage("en"));

function problem(code: string, status: number, details: Record<string, unknown> = {}): ApiError {
  return new ApiError({ code, status, message: "In English.", details });
}

describe("a problem in the reader's words", () => {
  it.each([
    ["This field may not be blank.", "Pflichtfeld."],
    ["This field is required.", "Pflichtfeld."],
    ["Ensure this field has no more than 50 characters.", "Höchstens 50 Zeichen."],
    ["Only a to z, 0 to 9 and - are allowed.", "Nur a–z, 0–9 und Bindestriche."],
    ["Control characters are not allowed.", "Enthält ein nicht unterstütztes Zeichen."],
  ])("%s", (message, read) => {
    expect(fieldErrors(problem("VALIDATION_ERROR", 400, { name: [message] }))).toEqual({ name: read });
  });

  it("is one sentence where no field is to blame", () => {
    expect(fieldErrorMessage("name", problem("NO_RESPONSE", 0))).toBe(
      "Der Server ist nicht erreichbar. Versuch es gleich noch einmal.",
    );
    expect(errorMessage(problem("INTERNAL_ERROR", 500))).toBe("Etwas ist schiefgelaufen.");
    expect(errorMessage(new TypeError("a bug"))).toBe("Etwas ist schiefgelaufen.");
  });

  it("shows how long to wait", () => {
    const limited = new ApiError({ code: "RATE_LIMITED", status: 429, message: "", retryAfter: 12 });
    expect(errorMessage(limited)).toContain("12 Sekunden");
  });
});

const invalid = (details: Record<string, unknown>) =>
  new ApiError({ code: "VALIDATION_ERROR", status: 400, message: "", details });

beforeAll(async () => {
  await setLanguage("de");
  await loadLazyMessages();
});
afterAll(() => setLanguage("en"));

test("the server's message for a field is in the user's language", () => {
  const problem = invalid({
    password: [
      "This password is too short. It must contain at least 8 characters.",
      "This password is too common.",
      "This password is entirely numeric.",
    ],
    email: ["Enter a valid email address."],
    old_password: ["This is not the password."],
    token: ["The token is invalid or has expired."],
    username: ["This field may not be blank."],
  });
  expect(accountFieldErrors(problem)).toEqual({
    password: "Mindestens 8 Zeichen. Dieses Passwort wird zu oft verwendet. Verwende nicht nur Ziffern.",
    email: "Gib eine gültige E-Mail-Adresse ein.",
    old_password: "Falsches Passwort.",
    token: "Dieser Code ist ungültig oder abgelaufen.",
    username: "Pflichtfeld.",
  });
});

test("a name that resembles another one has its reason", () => {
  const of = (message: string) => accountFieldErrors(invalid({ username: [message] }))["username"];
  expect(of("This name is reserved.")).toBe("Dieser Name ist nicht erlaubt.");
  expect(of("A word may not mix letters of different alphabets.")).toBe(
    "Verwende pro Wort nur ein Alphabet.",
  );
  expect(of("Invisible characters are not allowed.")).toContain("nicht unterstütztes Zeichen");
});

test("an unknown message is shown unchanged", () => {
  expect(accountFieldErrors(invalid({ password: ["Too blue."] }))).toEqual({ password: "Too blue." });
});

test("what belongs to no field is a sentence", () => {
  const ended = new ApiError({ code: "NOT_AUTHENTICATED", status: 401, message: "" });
  expect(accountFieldErrors(ended)).toEqual({});
  expect(accountErrorMessage(ended)).toBe("Deine Anmeldung ist abgelaufen. Melde dich wieder an.");
});

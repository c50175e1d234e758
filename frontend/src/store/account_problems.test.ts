import { afterAll, beforeAll, expect, test } from "vitest";
import { ApiProblem } from "../api/http.ts";
import { loadLaterWords, speak } from "../words/index.ts";
import { accountProblems, accountSentence } from "./account_problems.ts";

const invalid = (details: Record<string, unknown>) =>
  new ApiProblem({ code: "VALIDATION_ERROR", status: 400, message: "", details });

beforeAll(async () => {
  await speak("de");
  await loadLaterWords();
});
afterAll(() => speak("en"));

test("what the server says of a field is said in the reader's language", () => {
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
  expect(accountProblems(problem)).toEqual({
    password: "Mindestens 8 Zeichen. Dieses Passwort ist zu verbreitet. Nicht nur Ziffern.",
    email: "Gib eine gültige E-Mail-Adresse ein.",
    old_password: "Falsches Passwort.",
    token: "Dieser Code ist ungültig oder abgelaufen.",
    username: "Pflichtfeld.",
  });
});

test("a name that would pass for another one says why it can't be taken", () => {
  const of = (message: string) => accountProblems(invalid({ username: [message] }))["username"];
  expect(of("This name is reserved.")).toBe("Dieser Name ist nicht erlaubt.");
  expect(of("A word may not mix letters of different alphabets.")).toBe(
    "Verwende in einem Wort nur Buchstaben eines Alphabets.",
  );
  expect(of("Invisible characters are not allowed.")).toContain("nicht unterstütztes Zeichen");
});

test("what it has never said before is shown as it came", () => {
  expect(accountProblems(invalid({ password: ["Too blue."] }))).toEqual({ password: "Too blue." });
});

test("what belongs to no field is a sentence", () => {
  const ended = new ApiProblem({ code: "NOT_AUTHENTICATED", status: 401, message: "" });
  expect(accountProblems(ended)).toEqual({});
  expect(accountSentence(ended)).toBe("Deine Anmeldung ist abgelaufen. Melde dich wieder an.");
});

/** What is wrong with the fields of an account, in the reader's language. */

import { ApiProblem } from "../api/http.ts";
import { type LaterWords, laterWords, words } from "../words/index.ts";
import { fieldProblems, hasNoAnswer, sentenceOf } from "./problems.ts";
import { hasNoSession } from "./session.ts";

type Texts = LaterWords["account"];

/** The server's English, and what the page says for it. */
const SAID: readonly [RegExp, (texts: Texts) => string][] = [
  [/too short/i, (texts) => texts.tooShort],
  [/too common/i, (texts) => texts.tooCommon],
  [/entirely numeric/i, (texts) => texts.onlyDigits],
  [/too similar/i, (texts) => texts.tooSimilar],
  [/valid username|has no @/i, (texts) => texts.badUsername],
  [/name is reserved/i, (texts) => texts.nameReserved],
  [/valid email/i, (texts) => texts.badEmail],
  [/not the password/i, (texts) => texts.notThePassword],
  [/token is invalid/i, (texts) => texts.tokenWrong],
];

/** By field; empty when the problem is another one. */
export function accountProblems(problem: unknown): Readonly<Record<string, string>> {
  if (!(problem instanceof ApiProblem)) return {};
  const { account } = laterWords();
  if (problem.code === "CONFLICT") {
    const taken = { username: account.nameTaken, email: account.emailTaken };
    return Object.fromEntries(Object.entries(taken).filter(([field]) => field in problem.details));
  }
  if (problem.code !== "VALIDATION_ERROR") return {};
  const known = fieldProblems(problem);
  return Object.fromEntries(
    Object.entries(problem.details).map(([field, told]) => [
      field,
      said(told, account) ?? known[field] ?? "",
    ]),
  );
}

/** One sentence about the whole. */
export function accountSentence(problem: unknown): string {
  const { account } = laterWords();
  if (hasNoSession(problem)) return account.sessionEnded;
  return hasNoAnswer(problem) && !navigator.onLine ? account.needsNetwork : sentenceOf(problem);
}

/** Of what was left empty. */
export function missing(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const empty = Object.keys(values).filter((name) => !values[name]?.trim());
  return Object.fromEntries(empty.map((name) => [name, words().problems.blank]));
}

function said(told: unknown, texts: Texts): string | null {
  const messages = (Array.isArray(told) ? told : [told]).map(String);
  const known = messages.map((message) => SAID.find(([pattern]) => pattern.test(message))?.[1](texts));
  return known.every((sentence) => sentence !== undefined) ? known.join(" ") : null;
}

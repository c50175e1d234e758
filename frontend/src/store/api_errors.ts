/** Messages for failed requests in the user's language: for the whole request, and for each field. */

import { ApiError } from "../api/http.ts";
import { type LazyMessages, lazyMessages, messages } from "../locales/index.ts";
import { isLive, isOriginForbidden } from "./room.ts";

export function isUnreachable(problem: unknown): boolean {
  if (isOriginForbidden.value) return false; // the network is there
  return problem instanceof ApiError && (problem.code === "NO_RESPONSE" || problem.code === "UNAVAILABLE");
}

export function isForbidden(problem: unknown): boolean {
  return problem instanceof ApiError && problem.code === "PERMISSION_DENIED";
}

/** The requested object does not exist. */
export function isNotFound(problem: unknown): boolean {
  return problem instanceof ApiError && problem.code === "NOT_FOUND";
}

/** Whether there is no session, or no longer. */
export function isUnauthenticated(problem: unknown): boolean {
  return problem instanceof ApiError && problem.status === 401;
}

/** One sentence about the whole. */
export function errorMessage(problem: unknown): string {
  const { problems, status } = messages();
  if (!(problem instanceof ApiError)) return problems.other;
  if (isOriginForbidden.value) return status.notAllowed;
  if (isUnreachable(problem)) return problems.noAnswer;
  switch (problem.code) {
    case "RATE_LIMITED":
      return problems.limited(problem.retryAfter ?? 1);
    case "PERMISSION_DENIED":
      return problems.notAllowed;
    case "NOT_FOUND":
      return problems.gone;
    default:
      return problems.other;
  }
}

/**
 * What is wrong with each field, by its name; empty when the problem is another one.
 *
 * The server's messages are English: those that people meet have a sentence of their own, the rest is shown as
 * it came.
 */
export function fieldErrors(problem: unknown): Readonly<Record<string, string>> {
  if (!(problem instanceof ApiError)) return {};
  if (problem.code === "CONFLICT" && "slug" in problem.details)
    return { slug: messages().problems.slugTaken };
  if (problem.code !== "VALIDATION_ERROR") return {};
  const errors = Object.entries(problem.details).map(([field, messages]) => [
    field,
    (Array.isArray(messages) ? messages : [messages]).map(translatedMessage).join(" "),
  ]);
  return Object.fromEntries(errors) as Record<string, string>;
}

/** The message below a form of this one field. */
export function fieldErrorMessage(field: string, problem: unknown): string {
  return fieldErrors(problem)[field] ?? errorMessage(problem);
}

/** The message when the user's name could not be saved: unlike changes of the queue, it is not sent later. */
export function nameErrorMessage(problem: unknown): string {
  return isUnreachable(problem) && !isLive.value
    ? lazyMessages().guest.needsNetwork
    : fieldErrorMessage("name", problem);
}

function translatedMessage(message: unknown): string {
  const { problems } = messages();
  const text = String(message);
  const most = /no more than (\d+) characters/.exec(text)?.[1];
  if (most) return problems.tooLong(Number(most));
  if (/may not be blank|is required/.test(text)) return problems.blank;
  if (/control characters|invisible characters/i.test(text)) return problems.badCharacters;
  if (/different alphabets/i.test(text)) return problems.mixedAlphabets;
  if (/only a to z/i.test(text)) return problems.badSlug;
  return text;
}

type Texts = LazyMessages["account"];

/** Patterns of the server's English messages, with their translations. */
const TRANSLATIONS: readonly [RegExp, (texts: Texts) => string][] = [
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
export function accountFieldErrors(problem: unknown): Readonly<Record<string, string>> {
  if (!(problem instanceof ApiError)) return {};
  const { account } = lazyMessages();
  if (problem.code === "CONFLICT") {
    const taken = { username: account.nameTaken, email: account.emailTaken };
    return Object.fromEntries(Object.entries(taken).filter(([field]) => field in problem.details));
  }
  if (problem.code !== "VALIDATION_ERROR") return {};
  const known = fieldErrors(problem);
  return Object.fromEntries(
    Object.entries(problem.details).map(([field, messages]) => [
      field,
      translatedMessages(messages, account) ?? known[field] ?? "",
    ]),
  );
}

/** One sentence about the whole. */
export function accountErrorMessage(problem: unknown): string {
  const { account } = lazyMessages();
  if (isUnauthenticated(problem)) return account.sessionEnded;
  return isUnreachable(problem) && !navigator.onLine ? account.needsNetwork : errorMessage(problem);
}

/** Of what was left empty. */
export function missingFields(values: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const empty = Object.keys(values).filter((name) => !values[name]?.trim());
  return Object.fromEntries(empty.map((name) => [name, messages().problems.blank]));
}

function translatedMessages(details: unknown, texts: Texts): string | null {
  const messages = (Array.isArray(details) ? details : [details]).map(String);
  const known = messages.map((message) =>
    TRANSLATIONS.find(([pattern]) => pattern.test(message))?.[1](texts),
  );
  return known.every((sentence) => sentence !== undefined) ? known.join(" ") : null;
}

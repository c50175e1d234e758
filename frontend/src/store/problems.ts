/** What went wrong with a request, in the reader's language: for the whole, and for each field. */

import { ApiProblem } from "../api/http.ts";
import { words } from "../words/index.ts";
import { isLive, isShutOut } from "./room.ts";

export function hasNoAnswer(problem: unknown): boolean {
  if (isShutOut.value) return false; // the network is there
  return problem instanceof ApiProblem && (problem.code === "NO_ANSWER" || problem.code === "UNAVAILABLE");
}

export function isForbidden(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === "PERMISSION_DENIED";
}

/** What was asked for is not there, whoever asks and however often. */
export function isNotFound(problem: unknown): boolean {
  return problem instanceof ApiProblem && problem.code === "NOT_FOUND";
}

/** One sentence about the whole. */
export function sentenceOf(problem: unknown): string {
  const { problems, status } = words();
  if (!(problem instanceof ApiProblem)) return problems.other;
  if (isShutOut.value) return status.notAllowed;
  if (hasNoAnswer(problem)) return problems.noAnswer;
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
export function fieldProblems(problem: unknown): Readonly<Record<string, string>> {
  if (!(problem instanceof ApiProblem)) return {};
  if (problem.code === "CONFLICT" && "slug" in problem.details) return { slug: words().problems.slugTaken };
  if (problem.code !== "VALIDATION_ERROR") return {};
  const told = Object.entries(problem.details).map(([field, messages]) => [
    field,
    (Array.isArray(messages) ? messages : [messages]).map(translated).join(" "),
  ]);
  return Object.fromEntries(told) as Record<string, string>;
}

/** What to say below a form of this one field. */
export function problemOf(field: string, problem: unknown): string {
  return fieldProblems(problem)[field] ?? sentenceOf(problem);
}

/** What to say when somebody's own name could not be saved: unlike what is done to the queue, it doesn't wait. */
export function problemOfName(problem: unknown): string {
  return hasNoAnswer(problem) && !isLive.value ? words().guest.needsNetwork : problemOf("name", problem);
}

function translated(message: unknown): string {
  const { problems } = words();
  const text = String(message);
  const most = /no more than (\d+) characters/.exec(text)?.[1];
  if (most) return problems.tooLong(Number(most));
  if (/may not be blank|is required/.test(text)) return problems.blank;
  if (/control characters|invisible characters/i.test(text)) return problems.badCharacters;
  if (/different alphabets/i.test(text)) return problems.mixedAlphabets;
  if (/only a to z/i.test(text)) return problems.badSlug;
  return text;
}

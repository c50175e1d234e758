/** What is wrong with a form of an account, or that nothing is. */

import { accountProblems, accountSentence, missing } from "../../store/account_problems.ts";
import type { FormProblems, FormValues } from "../../ui/fields_form.tsx";

/** Does it with what was filled in; gives what the server, or an empty field, has against it. */
export async function outcomeOf(
  values: FormValues,
  deed: () => Promise<void>,
  sentence: (problem: unknown) => string = accountSentence,
): Promise<FormProblems | null> {
  const empty = missing(values);
  if (Object.keys(empty).length) return { fields: empty, whole: "" };
  try {
    await deed();
    return null;
  } catch (problem) {
    return { fields: accountProblems(problem), whole: sentence(problem) };
  }
}

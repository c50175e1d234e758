/** Fields that several forms of an account have, and what is wrong with a submitted one. */

import { lazyMessages } from "../../locales/index.ts";
import { accountErrorMessage, accountFieldErrors, missingFields } from "../../store/api_errors.ts";
import type { FormField, FormProblems, FormValues } from "../../ui/fields_form.tsx";

// The server's limits.
export const MAX_LENGTHS = { name: 150, email: 254, password: 256, token: 4096 };

export function emailField(help?: string): FormField {
  const { email } = lazyMessages().account;
  const field = { name: "email", label: email, type: "email", autocomplete: "email" } as const;
  return { ...field, maxLength: MAX_LENGTHS.email, ...(help ? { help } : {}) };
}

export function passwordField(
  name: string,
  label: string,
  autocomplete: "current-password" | "new-password",
  help?: string,
): FormField {
  const field = { name, label, type: "password", autocomplete } as const;
  return { ...field, maxLength: MAX_LENGTHS.password, ...(help ? { help } : {}) };
}

/** Does it with what was filled in; returns what the server, or an empty field, has against it. */
export async function submitted(
  values: FormValues,
  action: () => Promise<void>,
  sentence: (problem: unknown) => string = accountErrorMessage,
): Promise<FormProblems | null> {
  const empty = missingFields(values);
  if (Object.keys(empty).length) return { fields: empty, whole: "" };
  try {
    await action();
    return null;
  } catch (problem) {
    return { fields: accountFieldErrors(problem), whole: sentence(problem) };
  }
}

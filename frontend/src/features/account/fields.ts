/** The fields that several forms of an account have. */

import type { FormField } from "../../ui/fields_form.tsx";
import { laterWords } from "../../words/index.ts";

// The server's limits.
export const LONGEST = { name: 150, email: 254, password: 256, token: 4096 };

export function emailField(help?: string): FormField {
  const { email } = laterWords().account;
  const field = { name: "email", label: email, type: "email", autocomplete: "email" } as const;
  return { ...field, maxLength: LONGEST.email, ...(help ? { help } : {}) };
}

export function passwordField(
  name: string,
  label: string,
  autocomplete: "current-password" | "new-password",
  help?: string,
): FormField {
  const field = { name, label, type: "password", autocomplete } as const;
  return { ...field, maxLength: LONGEST.password, ...(help ? { help } : {}) };
}

/**
 * A form of a few labelled fields, read when it is submitted, so that it includes what a password manager fills in.
 *
 * Errors are shown at each field, or below them all.
 */

import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import "./panel.css";
import "./text_field.css";

export interface FormField {
  name: string;
  label: string;
  type: "text" | "email" | "password";
  /** As browsers and password managers know it. */
  autocomplete: string;
  maxLength: number;
  help?: string;
  value?: string;
  /** To be read, not changed. */
  isFixed?: boolean;
}

export type FormValues = Readonly<Record<string, string>>;

export interface FormProblems {
  fields: Readonly<Record<string, string>>;
  /** Shown if the error belongs to no field. */
  whole: string;
}

interface Props {
  fields: readonly FormField[];
  submitLabel: string;
  /** Returns what is wrong, or null when it is done. */
  onSubmit: (values: FormValues) => Promise<FormProblems | null>;
  /** Shown next to the button. */
  children?: ComponentChildren;
}

const NO_PROBLEMS: FormProblems = { fields: {}, whole: "" };

export function FieldsForm({ fields, submitLabel, onSubmit, children }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const isSending = useRef(false);
  const [isBusy, setBusy] = useState(false);
  const [problems, setProblems] = useState(NO_PROBLEMS);
  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending.current || !form.current) return;
    isSending.current = true;
    setBusy(true);
    const found = await onSubmit(valuesOf(form.current));
    isSending.current = false;
    setBusy(false);
    setProblems(found ?? NO_PROBLEMS);
    if (found)
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };
  const isAtField = fields.some(({ name }) => problems.fields[name]);
  return (
    <form class="panel-card" ref={form} onSubmit={(event) => void send(event)} noValidate>
      {fields.map((field) => (
        <Field key={field.name} field={field} problem={problems.fields[field.name]} />
      ))}
      <p class="problem" role="alert">
        {!isAtField && (Object.values(problems.fields).join(" ") || problems.whole)}
      </p>
      <div class="panel-buttons">
        <button type="submit" class="button main" aria-disabled={isBusy || undefined}>
          {submitLabel}
        </button>
        {children}
      </div>
    </form>
  );
}

function Field({ field, problem }: { field: FormField; problem: string | undefined }) {
  const id = useId();
  const hint = problem || field.help;
  return (
    <div class="text-field">
      <label class="label" for={id}>
        {field.label}
      </label>
      <div class="text-field-row">
        <input
          class="field"
          id={id}
          name={field.name}
          // The types want one kind at a time.
          type={field.type as "text"}
          autocomplete={field.autocomplete}
          autocapitalize="none"
          spellcheck={false}
          maxLength={field.maxLength}
          readOnly={field.isFixed ?? false}
          defaultValue={field.value ?? ""}
          aria-invalid={problem ? true : undefined}
          aria-describedby={hint ? `${id}-help` : undefined}
        />
      </div>
      {hint && (
        <p class={problem ? "problem" : "dim small"} id={`${id}-help`}>
          {hint}
        </p>
      )}
    </div>
  );
}

function valuesOf(form: HTMLFormElement): FormValues {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

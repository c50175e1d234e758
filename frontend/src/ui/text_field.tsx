/** Labelled text fields with their error or help: one of a form, and one that is a form with its own button. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import "./text_field.css";
import "./inline_form.css";

const SHOWN_FROM = 0.8;

/** How many characters are used, shown near the limit: the field accepts no more. */
export function CharacterCount({ value, most }: { value: string; most: number }) {
  if (value.length < SHOWN_FROM * most) return null;
  return (
    <span class="dim small numbers" aria-hidden="true">
      {" "}
      {value.length}/{most}
    </span>
  );
}

interface TextFieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  maxLength: number;
  problem?: string | undefined;
  help?: string;
  placeholder?: string;
  /** Shown before the typed text: the fixed part of a URL. */
  prefix?: string;
  /** Not words: letters, digits and signs, as they are typed. */
  isCode?: boolean;
}

export function TextField({
  label,
  value,
  onValue,
  maxLength,
  problem,
  help,
  placeholder,
  prefix,
  isCode,
}: TextFieldProps) {
  const id = useId();
  const hint = problem || help;
  return (
    <div class="text-field">
      <label class="label" for={id}>
        {label}
        <CharacterCount value={value} most={maxLength} />
      </label>
      <div class="text-field-row">
        {prefix && (
          <span class="dim small text-field-prefix" aria-hidden="true">
            {prefix}
          </span>
        )}
        <input
          class="field"
          id={id}
          dir={isCode ? "ltr" : "auto"}
          autocapitalize={isCode ? "none" : "sentences"}
          spellcheck={!isCode}
          autocomplete="off"
          maxLength={maxLength}
          placeholder={placeholder ?? ""}
          value={value}
          aria-invalid={problem ? true : undefined}
          aria-describedby={hint ? `${id}-help` : undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
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

interface InlineFormProps {
  label: string;
  value: string;
  maxLength: number;
  submitLabel: string;
  /** Returns what is wrong, or null when it is done. */
  onSubmit: (value: string) => Promise<string | null>;
  autocomplete?: string;
  /** Shown below the field. */
  help?: string;
  /** Shown at the end of the label's line. */
  children?: ComponentChildren;
}

/** A form of one field and its button; what is wrong is shown below. */
export function InlineForm({
  label,
  value,
  maxLength,
  submitLabel,
  onSubmit,
  autocomplete,
  help,
  children,
}: InlineFormProps) {
  const field = useRef<HTMLInputElement>(null);
  const message = useRef<HTMLParagraphElement>(null);
  const id = useId();
  const [problem, setProblem] = useState("");
  const [typed, setTyped] = useState(value);
  const [isSending, setSending] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending || !field.current) return;
    setSending(true);
    const error = await onSubmit(field.current.value.trim());
    setSending(false);
    setProblem(error ?? "");
    if (error) field.current?.focus();
  };
  // Focus brings only the field into a low window, not what is wrong with it.
  useEffect(() => {
    if (problem) message.current?.scrollIntoView({ block: "nearest" });
  }, [problem]);
  return (
    <form class="inline-form" onSubmit={(event) => void send(event)} noValidate>
      <div class="inline-form-head">
        <label class="label" for={id}>
          {label}
          <CharacterCount value={typed} most={maxLength} />
        </label>
        {children}
      </div>
      <div class="inline-form-row">
        <input
          class="field"
          id={id}
          ref={field}
          defaultValue={value}
          maxLength={maxLength}
          autocomplete={autocomplete ?? "off"}
          enterkeyhint="done"
          dir="auto"
          aria-invalid={problem ? true : undefined}
          aria-describedby={`${id}-help`}
          onInput={(event) => {
            setTyped(event.currentTarget.value);
            if (problem) setProblem("");
          }}
        />
        <button type="submit" class="button main" aria-disabled={isSending ? true : undefined}>
          {submitLabel}
        </button>
      </div>
      <p ref={message} class={problem ? "problem" : "dim small"} id={`${id}-help`} aria-live="polite">
        {problem || help}
      </p>
    </form>
  );
}

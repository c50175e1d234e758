/** One line to fill in and send off; what was wrong with it stands below. */

import type { ComponentChildren } from "preact";
import { useId, useRef, useState } from "preact/hooks";
import "./line_form.css";

interface Props {
  label: string;
  value: string;
  maxLength: number;
  submitLabel: string;
  /** Gives what is wrong, or null when it is done. */
  onSubmit: (value: string) => Promise<string | null>;
  autocomplete?: string;
  /** Stands below the field. */
  help?: string;
  /** Stands at the end of the label's line. */
  children?: ComponentChildren;
}

export function LineForm({
  label,
  value,
  maxLength,
  submitLabel,
  onSubmit,
  autocomplete,
  help,
  children,
}: Props) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const [problem, setProblem] = useState("");
  const [isSending, setSending] = useState(false);
  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending || !field.current) return;
    setSending(true);
    const told = await onSubmit(field.current.value.trim());
    setSending(false);
    setProblem(told ?? "");
    if (told) field.current?.focus();
  };
  return (
    <form class="line-form" onSubmit={(event) => void send(event)} noValidate>
      <div class="line-form-head">
        <label class="label" for={id}>
          {label}
        </label>
        {children}
      </div>
      <div class="line-form-row">
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
          aria-describedby={`${id}-told`}
          onInput={() => problem && setProblem("")}
        />
        <button type="submit" class="button main" aria-disabled={isSending ? true : undefined}>
          {submitLabel}
        </button>
      </div>
      <p class={problem ? "problem" : "dim small"} id={`${id}-told`} aria-live="polite">
        {problem || help}
      </p>
    </form>
  );
}

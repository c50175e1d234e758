/** A labelled field of a form, with what is wrong with it or what helps. */

import { useId } from "preact/hooks";
import "./text_field.css";

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  maxLength: number;
  problem?: string | undefined;
  help?: string;
  placeholder?: string;
  /** Stands before what is typed: the part of an address that is given. */
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
}: Props) {
  const id = useId();
  const told = problem || help;
  return (
    <div class="text-field">
      <label class="label" for={id}>
        {label}
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
          aria-describedby={told ? `${id}-told` : undefined}
          onInput={(event) => onValue(event.currentTarget.value)}
        />
      </div>
      {told && (
        <p class={problem ? "problem" : "dim small"} id={`${id}-told`}>
          {told}
        </p>
      )}
    </div>
  );
}

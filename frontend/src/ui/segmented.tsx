/** A choice between a few things side by side; arrow keys move it, as radio buttons do by themselves. */

import { useId } from "preact/hooks";
import "./segmented.css";

interface Props<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

export function Segmented<T extends string>({ label, value, options, onChange }: Props<T>) {
  const name = useId();
  return (
    <fieldset class="segmented">
      <legend class="label">{label}</legend>
      <div class="segmented-row">
        {options.map((option) => (
          <label class="segmented-option" key={option.value}>
            <input
              type="radio"
              name={name}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            <span>{option.label}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

/** Controls of forms: a choice between a few options side by side, and a switch. */

import { useId } from "preact/hooks";
import "./segmented_control.css";
import "./switch.css";

interface SegmentedControlProps<T extends string> {
  label: string;
  value: T;
  options: readonly { value: T; label: string }[];
  onChange: (value: T) => void;
}

/** A choice between a few options side by side; arrow keys move it, as in every group of radio buttons. */
export function SegmentedControl<T extends string>({
  label,
  value,
  options,
  onChange,
}: SegmentedControlProps<T>) {
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

interface SwitchProps {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  help?: string;
}

/** An option that is on or off. */
export function Switch({ label, isOn, onChange, help }: SwitchProps) {
  const id = useId();
  return (
    <label class="switch">
      <span class="switch-text">
        <span>{label}</span>
        {help && (
          <span class="dim small" id={id}>
            {help}
          </span>
        )}
      </span>
      <input
        class="switch-box"
        type="checkbox"
        role="switch"
        aria-label={label}
        aria-checked={isOn}
        aria-describedby={help ? id : undefined}
        checked={isOn}
        onChange={(event) => onChange(event.currentTarget.checked)}
      />
    </label>
  );
}

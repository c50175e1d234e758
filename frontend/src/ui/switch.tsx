/** Something that is on or off. */

import { useId } from "preact/hooks";
import "./switch.css";

interface Props {
  label: string;
  isOn: boolean;
  onChange: (isOn: boolean) => void;
  help?: string;
}

export function Switch({ label, isOn, onChange, help }: Props) {
  const id = useId();
  return (
    <label class="switch">
      <span class="switch-words">
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

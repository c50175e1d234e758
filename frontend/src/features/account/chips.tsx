/** Several of a few names, each on or off; not more than so many. */

import { useState } from "preact/hooks";
import { has } from "../../store/taste.ts";
import { laterWords } from "../../words/index.ts";

interface Props {
  label: string;
  names: readonly string[];
  chosen: readonly string[];
  most: number;
  spoken?: (name: string) => string;
  onToggle: (name: string) => void;
}

export function Chips({ label, names, chosen, most, spoken = String, onToggle }: Props) {
  const [told, setTold] = useState("");
  const isFull = chosen.length >= most;
  const press = (name: string) => {
    const isTooMany = isFull && !has(chosen, name);
    setTold(isTooMany ? laterWords().taste.most(most) : "");
    if (!isTooMany) onToggle(name);
  };
  return (
    <fieldset class="account-chips">
      <legend class="label">{label}</legend>
      <div class="panel-chips">
        {names.map((name) => (
          <button
            type="button"
            class="chip"
            key={name}
            aria-pressed={has(chosen, name)}
            aria-disabled={(isFull && !has(chosen, name)) || undefined}
            onClick={() => press(name)}
          >
            <bdi class="one-line">{spoken(name)}</bdi>
          </button>
        ))}
      </div>
      <p class="problem" role="status">
        {told}
      </p>
    </fieldset>
  );
}

/** A range input: smooth by finger and mouse, in steps by keyboard; it stays where a user has put it until that is saved. */

import { useRef, useState } from "preact/hooks";

interface Props {
  /** From 0 to `max`. */
  value: number;
  max: number;
  /** By arrow keys; Page Up and Page Down take several. */
  step: number;
  label: string;
  valueText: (value: number) => string;
  /** Is called while it moves, too; null once it follows `value` again. */
  onHold?: (value: number | null) => void;
  onCommit: (value: number) => Promise<void>;
}

const STEPS_OF_A_PAGE = 6;
const STEPS: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: STEPS_OF_A_PAGE,
  PageDown: -STEPS_OF_A_PAGE,
};

export function Slider({ value, max, step, label, valueText, onHold, onCommit }: Props) {
  const [held, setHeld] = useState<number | null>(null);
  const commits = useRef(0);
  const hold = (position: number | null) => {
    setHeld(position);
    onHold?.(position);
  };
  const commit = async (position: number) => {
    hold(position);
    commits.current += 1;
    await onCommit(position);
    commits.current -= 1;
    if (!commits.current) hold(null);
  };
  const shown = held ?? value;
  return (
    <input
      class="slider"
      type="range"
      min={0}
      max={max}
      step="any"
      value={shown}
      aria-label={label}
      aria-valuetext={valueText(shown)}
      onInput={({ currentTarget }) => hold(Number(currentTarget.value))}
      onChange={({ currentTarget }) => void commit(Number(currentTarget.value))}
      // A drag that ends where it began changes nothing. What it changes, the browser reports first.
      onPointerUp={() => setTimeout(() => commits.current || hold(null))}
      onKeyDown={(event) => {
        const steps = STEPS[event.key];
        if (!steps || event.ctrlKey || event.metaKey || event.altKey) return;
        event.preventDefault();
        void commit(Math.min(max, Math.max(0, shown + steps * step)));
      }}
    />
  );
}

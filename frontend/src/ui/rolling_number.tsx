/** A number that rolls when it changes: upwards when it rises, downwards when it falls. */

import { useRef } from "preact/hooks";
import "./rolling_number.css";

interface Props {
  value: number;
  /** How it is written. */
  text: string;
}

export function RollingNumber({ value, text }: Props) {
  const shown = useRef({ value, text, old: "", turn: "", count: 0 });
  const { current } = shown;
  if (value !== current.value) {
    const turn = value > current.value ? "up" : "down";
    shown.current = { value, text, old: current.text, turn, count: current.count + 1 };
  }
  const { old, turn, count } = shown.current;
  // Another key makes another element, whose animation starts anew.
  return (
    <span class="rolling" data-turn={turn || undefined} key={count}>
      <span class="rolling-new">{text}</span>
      {old && <span class="rolling-old">{old}</span>}
    </span>
  );
}

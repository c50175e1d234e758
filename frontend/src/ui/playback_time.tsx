/** What follows the time of a playing track. */

import { useEffect, useRef } from "preact/hooks";

/** Calls it now and repeatedly, until the returned function is called. */
export function repeated(draw: () => void, milliseconds: number): () => void {
  draw();
  const timer = setInterval(draw, milliseconds);
  return () => clearInterval(timer);
}

/** As `repeated`, for what is drawn without rendering components again. */
export function everySecond(draw: () => void): () => void {
  return repeated(draw, 1000);
}

interface ProgressLineProps {
  class: string;
  /** The played part, 0 to 1; the same function until the track changes. */
  share: () => number;
}

export function ProgressLine({ class: name, share }: ProgressLineProps) {
  const line = useRef<HTMLDivElement>(null);
  useEffect(() => everySecond(() => line.current?.style.setProperty("--share", String(share()))), [share]);
  return <div class={name} ref={line} aria-hidden="true" />;
}

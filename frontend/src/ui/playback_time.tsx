/** What follows the time of a playing track: drawn once a second, without rendering components again. */

import { useEffect, useRef } from "preact/hooks";

/** Calls it now and every second, until the returned function is called. */
export function everySecond(draw: () => void): () => void {
  draw();
  const timer = setInterval(draw, 1000);
  return () => clearInterval(timer);
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

/** Countdowns in seconds, and states that are shown only if they last. */

import { useEffect, useState } from "preact/hooks";

const TICK_MILLISECONDS = 250;

/** Whole seconds until that moment of this browser's clock; 0 once it is past. */
export function secondsUntil(moment: number, now = Date.now()): number {
  return Math.max(0, Math.ceil((moment - now) / 1000));
}

/** The same, counted down. */
export function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    if (!moment) return;
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MILLISECONDS);
    return () => clearInterval(timer);
  }, [moment]);
  return secondsUntil(moment, now);
}

/** Whether it has been so for that long without a break. */
export function useHasLasted(isSo: boolean, milliseconds: number): boolean {
  const [hasLasted, setLasted] = useState(false);
  useEffect(() => {
    if (!isSo) return;
    const timer = setTimeout(() => setLasted(true), milliseconds);
    return () => {
      clearTimeout(timer);
      setLasted(false);
    };
  }, [isSo, milliseconds]);
  return isSo && hasLasted;
}

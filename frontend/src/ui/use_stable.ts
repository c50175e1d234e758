/** A function that stays the same from drawing to drawing, and does what the last drawing said. */

import { useMemo, useRef } from "preact/hooks";

export function useStable<Given extends unknown[], Result>(
  run: (...given: Given) => Result,
): (...given: Given) => Result {
  const latest = useRef(run);
  latest.current = run;
  return useMemo(
    () =>
      (...given: Given) =>
        latest.current(...given),
    [],
  );
}

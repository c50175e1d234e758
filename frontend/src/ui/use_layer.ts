/** Something above the page that the browser's Back closes. */

import { useLayoutEffect } from "preact/hooks";
import { layers } from "../navigation/layers.ts";
import { useStable } from "./use_stable.ts";

export function useLayer(close: () => void, isOpen = true): void {
  const latest = useStable(close);
  useLayoutEffect(() => (isOpen ? layers.open(latest) : undefined), [isOpen]);
}

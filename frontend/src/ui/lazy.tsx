/** Parts of the page that are loaded when they are shown for the first time. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

interface Meanwhile {
  /** When the code can't be had: says so, and may try again. */
  Failed: ComponentType<{ retry: () => void }>;
  /** Stands there until the code has come. */
  skeleton?: preact.JSX.Element;
}

const loads: (() => Promise<unknown>)[] = [];

/** Fetches all of them, one after the other, so that they are there when the network is not. */
export async function loadTheRest(): Promise<void> {
  // What fails is tried again when it is to be shown.
  for (const load of loads) await load().catch(() => {});
}

/** A component whose code comes with its first showing. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { Failed, skeleton = <div class="skeleton" aria-hidden="true" /> }: Meanwhile,
): ComponentType<Props> {
  let found: ComponentType<Props> | null = null;
  loads.push(load);
  return function Lazy(props: Props) {
    const [state, setState] = useState<"loading" | "loaded" | "failed">("loading");
    useEffect(() => {
      if (found || state !== "loading") return;
      load().then(
        (component) => {
          found = component;
          setState("loaded");
        },
        () => setState("failed"),
      );
    }, [state]);
    const Component = found;
    if (Component) return <Component {...props} />;
    return state === "failed" ? <Failed retry={() => setState("loading")} /> : skeleton;
  };
}

/** Components that are loaded when they are first shown, and the message with a button for what failed to load. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";

interface Placeholders {
  /** Shown if the code could not be loaded; may try again. */
  Failed: ComponentType<{ retry: () => void }>;
  /** Shown until the code is loaded. */
  skeleton?: preact.JSX.Element;
}

const lazyLoads: (() => Promise<unknown>)[] = [];

/** Fetches all of them, one after the other, so that they are there when the network is not. */
export async function preloadLazyParts(): Promise<void> {
  // What fails is tried again when it is to be shown.
  for (const load of lazyLoads) await load().catch(() => {});
}

/** A component whose code comes with its first showing. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  { Failed, skeleton = <div class="skeleton" aria-hidden="true" /> }: Placeholders,
): ComponentType<Props> {
  let found: ComponentType<Props> | null = null;
  lazyLoads.push(load);
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

interface ErrorRetryProps {
  class: string;
  text: string;
  label: string;
  onRetry: () => unknown;
}

/** What could not be loaded, in a sentence, and a button that tries again. */
export function ErrorRetry({ class: kind, text, label, onRetry }: ErrorRetryProps) {
  return (
    <div class={kind} role="status">
      <p>{text}</p>
      <button type="button" class="button" onClick={() => void onRetry()}>
        <Icon name="retry" />
        {label}
      </button>
    </div>
  );
}

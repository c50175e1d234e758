/** Short messages at the edge of the page; each can be closed, and stays while the pointer or focus is on it. */

import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { IconButton } from "./icon.tsx";
import "./toasts.css";

export interface ShownToast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

interface Props {
  toasts: readonly ShownToast[];
  /** How many more there are, to come up as these go. */
  behind: number;
  closeLabel: string;
  onClose: (id: number) => void;
  /** Pointer or focus has come to one, and has gone again. */
  onPause: (id: number) => void;
  onResume: (id: number) => void;
  /** Shown above them. */
  children?: ComponentChildren;
}

export function Toasts({ toasts, behind, closeLabel, onClose, onPause, onResume, children }: Props) {
  const before = useRef<Element | null>(null);
  /** Focus goes back to where it came from. */
  const close = (id: number) => {
    if (document.activeElement?.closest(".toasts") && before.current instanceof HTMLElement)
      before.current.focus({ preventScroll: true });
    onClose(id);
  };
  return (
    <div
      class="toasts"
      role="status"
      aria-live="polite"
      data-behind={behind || undefined}
      onFocusIn={({ relatedTarget: from }) => {
        const cameFrom = from instanceof Element ? from : null;
        if (!cameFrom?.closest(".toasts")) before.current = cameFrom;
      }}
    >
      {children}
      {toasts.map(({ id, text, action }) => (
        <div
          class="toast"
          key={id}
          onPointerEnter={() => onPause(id)}
          onPointerLeave={() => onResume(id)}
          onFocusIn={() => onPause(id)}
          onFocusOut={() => onResume(id)}
        >
          <span class="toast-text" dir="auto">
            {text}
          </span>
          {action && (
            <button
              type="button"
              class="button quiet toast-action"
              onClick={() => {
                close(id);
                action.run();
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton icon="close" label={closeLabel} onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}

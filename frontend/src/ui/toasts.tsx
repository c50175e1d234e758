/** Short lines at the edge of the page; each can be closed, and stays while somebody is on it. */

import { IconButton } from "./icon_button.tsx";
import "./toasts.css";

export interface ShownToast {
  id: number;
  text: string;
  action?: { label: string; run: () => void };
}

interface Props {
  toasts: readonly ShownToast[];
  closeLabel: string;
  onClose: (id: number) => void;
}

export function Toasts({ toasts, closeLabel, onClose }: Props) {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.map(({ id, text, action }) => (
        <div class="toast" key={id}>
          <span class="toast-text" dir="auto">
            {text}
          </span>
          {action && (
            <button
              type="button"
              class="button quiet toast-action"
              onClick={() => {
                action.run();
                onClose(id);
              }}
            >
              {action.label}
            </button>
          )}
          <IconButton icon="close" label={closeLabel} onClick={() => onClose(id)} />
        </div>
      ))}
    </div>
  );
}

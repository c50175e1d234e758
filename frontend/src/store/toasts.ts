/** Short lines at the edge of the page, some with something to press. */

import { signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  /** What can be done about it. */
  action?: { label: string; run: () => void };
}

/** As long as the offer to undo lasts. */
const SHOWN_SECONDS = 8;

export const toasts = signal<readonly Toast[]>([]);

let lastId = 0;
const ends = new Map<number, ReturnType<typeof setTimeout>>();

export function tell(text: string, action?: Toast["action"]): void {
  lastId += 1;
  const toast: Toast = action ? { id: lastId, text, action } : { id: lastId, text };
  // The newest three: more would cover the page.
  toasts.value = [...toasts.value.slice(-2), toast];
  letGo(toast.id);
}

export function dismiss(id: number): void {
  hold(id);
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** Somebody is on it: it stays. */
export function hold(id: number): void {
  clearTimeout(ends.get(id));
  ends.delete(id);
}

/** From now on it has its whole time. */
export function letGo(id: number): void {
  hold(id);
  ends.set(
    id,
    setTimeout(() => dismiss(id), SHOWN_SECONDS * 1000),
  );
}

/** Short lines at the edge of the page, some with something to press. */

import { computed, signal } from "@preact/signals";

export interface Toast {
  id: number;
  text: string;
  /** What can be done about it. */
  action?: { label: string; run: () => void };
}

/** As long as the offer to undo lasts. */
const SHOWN_SECONDS = 8;

// More would cover the page.
const MOST_SHOWN = 3;

/** All that still have time, the newest last. */
export const toasts = signal<readonly Toast[]>([]);

/** The newest; as one of them goes, the one before them comes up in its stead. */
export const shownToasts = computed(() => toasts.value.slice(-MOST_SHOWN));

let lastId = 0;
const ends = new Map<number, ReturnType<typeof setTimeout>>();

export function tell(text: string, action?: Toast["action"]): void {
  lastId += 1;
  const toast: Toast = action ? { id: lastId, text, action } : { id: lastId, text };
  // The same line once more has its time anew, but no second place.
  for (const old of toasts.value) if (old.text === text && !old.action && !action) end(old.id);
  toasts.value = [...toasts.value, toast];
  letGo(toast.id);
}

/** Closed, or taken up. What comes up by it has its whole time from now on. */
export function dismiss(id: number): void {
  const before = shownToasts.value;
  end(id);
  for (const toast of shownToasts.value) if (!before.includes(toast)) letGo(toast.id);
}

function end(id: number): void {
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
    setTimeout(() => end(id), SHOWN_SECONDS * 1000),
  );
}

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
const MAX_SHOWN = 3;

/** All that still have time, the newest last. */
export const toasts = signal<readonly Toast[]>([]);

/** The newest; as one of them goes, the one before them comes up in its stead. */
export const shownToasts = computed(() => toasts.value.slice(-MAX_SHOWN));

/** What others added lately, by their names; for eyes alone. */
export const recentAdditions = signal<ReadonlyMap<string, number>>(new Map());

const ADDITIONS_SECONDS = 5;
let additionsTimer: ReturnType<typeof setTimeout> | undefined;

/** One note for each name: it counts on as long as it is shown. */
export function countAddition(name: string): void {
  recentAdditions.value = new Map(recentAdditions.value).set(
    name,
    (recentAdditions.value.get(name) ?? 0) + 1,
  );
  clearTimeout(additionsTimer);
  additionsTimer = setTimeout(() => {
    recentAdditions.value = new Map();
  }, ADDITIONS_SECONDS * 1000);
}

let lastId = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

export function showToast(text: string, action?: Toast["action"]): void {
  lastId += 1;
  const toast: Toast = action ? { id: lastId, text, action } : { id: lastId, text };
  // The same text again restarts its time instead of showing it twice.
  for (const old of toasts.value) if (old.text === text && !old.action && !action) removeToast(old.id);
  toasts.value = [...toasts.value, toast];
  resumeToast(toast.id);
}

/** Closed, or taken up. What comes up by it has its whole time from now on. */
export function dismissToast(id: number): void {
  const before = shownToasts.value;
  removeToast(id);
  for (const toast of shownToasts.value) if (!before.includes(toast)) resumeToast(toast.id);
}

function removeToast(id: number): void {
  pauseToast(id);
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

/** While the pointer or focus is on it, it stays. */
export function pauseToast(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** From now on it has its whole time. */
export function resumeToast(id: number): void {
  pauseToast(id);
  timers.set(
    id,
    setTimeout(() => removeToast(id), SHOWN_SECONDS * 1000),
  );
}

// Two lines of a toast on a phone.
const LONGEST_NAME = 40;

/** Long names in sentences of which the rest is to be read, too. */
export function truncate(name: string): string {
  const signs = [...name];
  return signs.length <= LONGEST_NAME
    ? name
    : `${signs
        .slice(0, LONGEST_NAME - 1)
        .join("")
        .trimEnd()}…`;
}

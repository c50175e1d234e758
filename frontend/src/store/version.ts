/** Whether a newer page has been fetched and waits to be shown. */

import { signal } from "@preact/signals";

/** Shows the newer page; null while there is none. */
export const newVersion = signal<(() => void) | null>(null);

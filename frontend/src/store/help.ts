/** Whether the list of keys is shown, and whether single keys do anything. */

import { signal } from "@preact/signals";
import { remembered } from "./remembered.ts";

export const isHelpShown = signal(false);

/** "off": single letters and signs do nothing, for whoever they come in the way of. */
export const singleKeys = remembered<"" | "off">("single-keys", "");

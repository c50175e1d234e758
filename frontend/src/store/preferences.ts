/** Theme, language and keyboard shortcuts. Without a choice the browser's own settings apply. */

import { effect, signal } from "@preact/signals";
import { bestLanguage, setLanguage } from "../locales/index.ts";
import { storedSignal } from "./local_storage.ts";

/** "" is the system's. */
export const theme = storedSignal<"" | "light" | "dark">("theme", "");

/** The code of the chosen language; "" is the browser's. */
export const chosenLanguage = storedSignal<string>("language", "");

/** Shows the theme now and whenever it changes; a page may have one of its own. */
export function applyTheme(own: "dark" | "" = ""): void {
  effect(() => {
    const chosen = own || theme.value;
    if (chosen) document.documentElement.dataset["theme"] = chosen;
    else delete document.documentElement.dataset["theme"];
  });
}

export async function loadChosenLanguage(): Promise<void> {
  await setLanguage(chosenLanguage.value || bestLanguage(navigator.languages));
}

export async function chooseLanguage(code: string): Promise<void> {
  chosenLanguage.value = code;
  await loadChosenLanguage();
}

export const areShortcutsShown = signal(false);

/** "off": single letters and signs do nothing, for users who trigger them by accident. */
export const singleKeyShortcuts = storedSignal<"" | "off">("single-keys", "");

/** Theme and language: the browser's wish unless somebody has chosen. */

import { effect } from "@preact/signals";
import { bestLanguage, speak } from "../words/index.ts";
import { remembered } from "./remembered.ts";

/** "" is the system's. */
export const theme = remembered<"" | "light" | "dark">("theme", "");

/** The code of the chosen language; "" is the browser's. */
export const chosenLanguage = remembered<string>("language", "");

/** Shows the theme now and whenever it changes. */
export function followTheme(): void {
  effect(() => {
    if (theme.value) document.documentElement.dataset["theme"] = theme.value;
    else delete document.documentElement.dataset["theme"];
  });
}

export async function speakChosenLanguage(): Promise<void> {
  await speak(chosenLanguage.value || bestLanguage(navigator.languages));
}

export async function chooseLanguage(code: string): Promise<void> {
  chosenLanguage.value = code;
  await speakChosenLanguage();
}

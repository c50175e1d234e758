/**
 * Every word of the page, in the language of the browser or the chosen one.
 *
 * A language is one file of this folder, named by its code, that exports `words` of the type `Words`.
 */

import { signal } from "@preact/signals";
import type { Words } from "./en.ts";

const files = import.meta.glob<{ words: Words }>(["./*.ts", "!./index.ts", "!./numbers.ts", "!./*.test.ts"]);

const FALLBACK = "en";

/** The codes of all languages there are. */
export const languages: readonly string[] = Object.keys(files)
  .map((file) => file.slice(2, -3))
  .sort();

/** The code of the language that is shown. */
export const language = signal(FALLBACK);

const loaded = signal<Words | null>(null);

/** The words of the language that is shown. `speak` must have been awaited. */
export function words(): Words {
  if (!loaded.value) throw new Error("no language has been loaded");
  return loaded.value;
}

/** Loads a language and shows it. */
export async function speak(code: string): Promise<void> {
  const known = languages.includes(code) ? code : FALLBACK;
  const file = files[`./${known}.ts`];
  if (!file) throw new Error(`there is no language ${known}`);
  loaded.value = (await file()).words;
  language.value = known;
  document.documentElement.lang = known;
}

/** The first of the wished languages that there is. */
export function bestLanguage(wished: readonly string[]): string {
  for (const wish of wished) {
    const code = wish.toLowerCase().split("-")[0] ?? "";
    if (languages.includes(code)) return code;
  }
  return FALLBACK;
}

/** A language in its own words: "Deutsch". */
export function languageName(code: string): string {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

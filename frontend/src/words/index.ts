/**
 * Every word of the page, in the language of the browser or the chosen one.
 *
 * A language is two files, named by its code, that export `words`: one in this folder, of the type `Words`, with what
 * the first look needs, and one in `later`, of the type `LaterWords`.
 */

import { batch, signal } from "@preact/signals";
import type { Words } from "./en.ts";
import type { LaterWords } from "./later/en.ts";

export type { LaterWords } from "./later/en.ts";

const files = import.meta.glob<{ words: Words }>(["./*.ts", "!./index.ts", "!./numbers.ts", "!./*.test.ts"]);

const laterFiles = import.meta.glob<{ words: LaterWords }>("./later/*.ts");

const FALLBACK = "en";

/** The codes of all languages there are. */
export const languages: readonly string[] = Object.keys(files)
  .map((file) => file.slice(2, -3))
  .sort();

/** The code of the language that is shown. */
export const language = signal(FALLBACK);

const loaded = signal<Words | null>(null);
const loadedLater = signal<LaterWords | null>(null);
/** From then on the later words change with the language. */
let areLaterWanted = false;

/** The words of the language that is shown. `speak` must have been awaited. */
export function words(): Words {
  if (!loaded.value) throw new Error("no language has been loaded");
  return loaded.value;
}

/** The words of the parts that are loaded later. `loadLaterWords` must have been awaited. */
export function laterWords(): LaterWords {
  if (!loadedLater.value) throw new Error("the later words have not been loaded");
  return loadedLater.value;
}

/** Loads a language and shows it. */
export async function speak(code: string): Promise<void> {
  const known = languages.includes(code) ? code : FALLBACK;
  const file = files[`./${known}.ts`];
  if (!file) throw new Error(`there is no language ${known}`);
  const { words: spoken } = await file();
  const later = areLaterWanted ? await laterOf(known) : null;
  batch(() => {
    loaded.value = spoken;
    if (later) loadedLater.value = later;
    language.value = known;
  });
  document.documentElement.lang = known;
}

/** Safe to repeat. */
export async function loadLaterWords(): Promise<void> {
  areLaterWanted = true;
  const code = language.value;
  const later = await laterOf(code);
  // Whoever has chosen another language meanwhile has got its words with it.
  if (code === language.value) loadedLater.value = later;
}

async function laterOf(code: string): Promise<LaterWords> {
  const file = laterFiles[`./later/${code}.ts`];
  if (!file) throw new Error(`there are no later words of ${code}`);
  return (await file()).words;
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

/**
 * All texts of the web app, in the language of the browser or the chosen one.
 *
 * A language is two files, named by its code, that export `messages`: one in this folder, of the type `Messages`, for
 * the first view, and one in `lazy`, of the type `LazyMessages`.
 */

import { batch, signal } from "@preact/signals";
import type { Messages } from "./en.ts";
import type { LazyMessages } from "./lazy/en.ts";

export type { LazyMessages } from "./lazy/en.ts";

const files = import.meta.glob<{ messages: Messages }>([
  "./*.ts",
  "!./index.ts",
  "!./numbers.ts",
  "!./*.test.ts",
]);

const lazyFiles = import.meta.glob<{ messages: LazyMessages }>("./lazy/*.ts");

const FALLBACK = "en";

/** The codes of all languages there are. */
export const languages: readonly string[] = Object.keys(files)
  .map((file) => file.slice(2, -3))
  .sort();

/** The code of the language that is shown. */
export const language = signal(FALLBACK);

const loaded = signal<Messages | null>(null);
const loadedLazy = signal<LazyMessages | null>(null);
/** From then on the lazy messages change with the language. */
let areLazyWanted = false;

/** The messages of the current language. `setLanguage` must have been awaited. */
export function messages(): Messages {
  if (!loaded.value) throw new Error("no language has been loaded");
  return loaded.value;
}

/** Null before a language is loaded: the room's name is asked for that early. */
export function mainRoomName(): string | null {
  return loaded.value?.app.mainRoom ?? null;
}

/** The messages of the parts that are loaded later. `loadLazyMessages` must have been awaited. */
export function lazyMessages(): LazyMessages {
  if (!loadedLazy.value) throw new Error("the lazy messages have not been loaded");
  return loadedLazy.value;
}

/** Loads a language and shows it. */
export async function setLanguage(code: string): Promise<void> {
  const known = languages.includes(code) ? code : FALLBACK;
  const file = files[`./${known}.ts`];
  if (!file) throw new Error(`there is no language ${known}`);
  const { messages: first } = await file();
  const later = areLazyWanted ? await lazyOf(known) : null;
  batch(() => {
    loaded.value = first;
    if (later) loadedLazy.value = later;
    language.value = known;
  });
  document.documentElement.lang = known;
}

/** Safe to repeat. */
export async function loadLazyMessages(): Promise<void> {
  areLazyWanted = true;
  const code = language.value;
  const later = await lazyOf(code);
  // A language chosen meanwhile has brought its own messages.
  if (code === language.value) loadedLazy.value = later;
}

/** Loads a part and its messages. */
export async function withLazyMessages<Loaded>(loading: Promise<Loaded>): Promise<Loaded> {
  const [loaded] = await Promise.all([loading, loadLazyMessages()]);
  return loaded;
}

async function lazyOf(code: string): Promise<LazyMessages> {
  const file = lazyFiles[`./lazy/${code}.ts`];
  if (!file) throw new Error(`there are no lazy messages of ${code}`);
  return (await file()).messages;
}

/** The first of the wished languages that there is. */
export function bestLanguage(wished: readonly string[]): string {
  for (const wish of wished) {
    const code = wish.toLowerCase().split("-")[0] ?? "";
    if (languages.includes(code)) return code;
  }
  return FALLBACK;
}

/** The name of a language in itself: "Deutsch". */
export function languageName(code: string): string {
  const name = new Intl.DisplayNames([code], { type: "language" }).of(code) ?? code;
  return name.charAt(0).toLocaleUpperCase(code) + name.slice(1);
}

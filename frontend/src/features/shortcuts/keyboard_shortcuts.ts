/** Keys that work everywhere, except where a key has another meaning. */

import { areShortcutsShown, singleKeyShortcuts } from "../../store/preferences.ts";
import { goToPart, requestSearchFocus, showPart, tabs } from "../../store/router.ts";
import { playNext, playOrStop, playPrevious } from "../../store/up_next.ts";

export type Command = "toggle" | "next" | "previous" | "search" | "help" | "toast" | 0 | 1 | 2 | 3;

const COMMANDS: Readonly<Record<string, Command>> = {
  " ": "toggle",
  n: "next",
  p: "previous",
  "/": "search",
  "?": "help",
  f8: "toast",
  "1": 0,
  "2": 1,
  "3": 2,
  "4": 3,
};

// Here a letter is text, or chooses something.
const TAKES_TEXT =
  "input, textarea, select, [contenteditable=''], [contenteditable='true'], [role='textbox'], [role='combobox']";
// Here the space bar presses, grabs or scrolls.
const TAKES_SPACE =
  "button, a[href], summary, label, audio, video, [role='button'], [role='option'], [tabindex='0']";

/** A number is that of a part of the page. */
export function commandOf(event: KeyboardEvent): Command | null {
  if (event.defaultPrevented || event.isComposing || event.repeat || hasModifier(event)) return null;
  const command = COMMANDS[event.key.toLowerCase()] ?? null;
  const target = event.target instanceof Element ? event.target : null;
  if (command === null || document.querySelector("dialog[open]")) return null;
  // No letter: it works where one types, too.
  if (command === "toast") return command;
  if (target?.closest(TAKES_TEXT)) return null;
  if (event.key === " " && target?.closest(TAKES_SPACE)) return null;
  return command;
}

/** Shift is part of how signs are typed, and on some keyboards AltGr, which looks like Ctrl and Alt. */
function hasModifier(event: KeyboardEvent): boolean {
  const isSign = event.key === "/" || event.key === "?";
  if (isSign && event.getModifierState("AltGraph")) return false;
  return event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && event.key === " ");
}

/** Listens from now on. Returns a function that ends this. */
export function listenForShortcuts(): () => void {
  const listen = (event: KeyboardEvent) => {
    const command = commandOf(event);
    if (command === null || (singleKeyShortcuts.value === "off" && command !== "toast")) return;
    event.preventDefault();
    execute(command);
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

const ACTIONS = {
  toggle: playOrStop,
  next: playNext,
  previous: playPrevious,
  search: () => {
    showPart("library");
    requestSearchFocus();
  },
  help: () => {
    areShortcutsShown.value = true;
  },
  toast: () => document.querySelector<HTMLElement>(".toast:last-child button")?.focus(),
} satisfies Partial<Record<Command, () => void>>;

function execute(command: Command): void {
  if (typeof command === "number") goToPart(tabs[command]);
  else ACTIONS[command]();
}

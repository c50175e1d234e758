/** What a pressed key asks for, if it asks the page for anything: no key is stolen from where it means something. */

export type Command = "toggle" | "next" | "previous" | "search" | "help" | 0 | 1 | 2 | 3;

const COMMANDS: Readonly<Record<string, Command>> = {
  " ": "toggle",
  n: "next",
  p: "previous",
  "/": "search",
  "?": "help",
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
  if (command === null || target?.closest(TAKES_TEXT) || document.querySelector("dialog[open]")) return null;
  if (event.key === " " && target?.closest(TAKES_SPACE)) return null;
  return command;
}

/** Shift is part of how signs are typed, and on some keyboards AltGr, which looks like Ctrl and Alt. */
function hasModifier(event: KeyboardEvent): boolean {
  const isSign = event.key === "/" || event.key === "?";
  if (isSign && event.getModifierState("AltGraph")) return false;
  return event.ctrlKey || event.altKey || event.metaKey || (event.shiftKey && event.key === " ");
}

/** Keys that work wherever one is on the page. */

import { isHelpShown, singleKeys } from "../../store/help.ts";
import { wishToSearch } from "../../store/library.ts";
import { goToPart, show, tabs } from "../../store/place.ts";
import { nextItem, playItem, playOrStop, previousItem } from "../../store/up_next.ts";
import { type Command, commandOf } from "./commands.ts";

/** Listens from now on; gives the end of it. */
export function listenForKeys(): () => void {
  const listen = (event: KeyboardEvent) => {
    if (singleKeys.value === "off") return;
    const command = commandOf(event);
    if (command === null) return;
    event.preventDefault();
    obey(command);
  };
  document.addEventListener("keydown", listen);
  return () => document.removeEventListener("keydown", listen);
}

const DEEDS = {
  toggle: playOrStop,
  next: () => playItem(nextItem()),
  previous: () => playItem(previousItem()),
  search: () => {
    show("library");
    wishToSearch();
  },
  help: () => {
    isHelpShown.value = true;
  },
} satisfies Partial<Record<Command, () => void>>;

function obey(command: Command): void {
  if (typeof command === "number") goToPart(tabs[command]);
  else DEEDS[command]();
}

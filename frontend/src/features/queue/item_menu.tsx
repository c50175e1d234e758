/** What can be done with an item of the queue. */

import { messages } from "../../locales/index.ts";
import { view } from "../../store/room.ts";
import { trackFacts } from "../../store/track_facts.ts";
import { upcoming } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { move, play, positionAfterStep, remove, type Step, stop } from "./actions.ts";

interface Props {
  item: ShownItem;
  mayMove: boolean;
  anchor: DOMRect;
  onClose: () => void;
  /** The item has been moved by an entry. */
  onMoved: (key: string) => void;
}

export function ItemMenu({ item, mayMove, anchor, onClose, onMoved }: Props) {
  const entries = [playEntry(item), ...(mayMove ? moveEntries(item, onMoved) : []), removeEntry(item)];
  return (
    <Menu
      label={messages().queue.more(item.track.title)}
      entries={entries}
      anchor={anchor}
      about={trackFacts(item.track)}
      onClose={onClose}
    />
  );
}

function playEntry(item: ShownItem): MenuEntry {
  const { queue } = messages();
  if (item.key === view.value.playingKey) return { icon: "stop", text: queue.stop, run: stop };
  return { icon: "play", text: queue.playNow, run: () => play(item) };
}

function moveEntries(item: ShownItem, onMoved: (key: string) => void): MenuEntry[] {
  const { queue } = messages();
  const step = (icon: MenuEntry["icon"], text: string, where: Step): MenuEntry => {
    const items = upcoming.value;
    const place = positionAfterStep(items, items.indexOf(item), where);
    const run = () => {
      if (!place) return;
      move(item.key, place);
      onMoved(item.key);
    };
    return { icon, text, run, isDisabled: !place };
  };
  return [
    step("raise", queue.moveUp, "up"),
    step("lower", queue.moveDown, "down"),
    step("top", queue.toTop, "top"),
    step("bottom", queue.toBottom, "bottom"),
  ];
}

function removeEntry(item: ShownItem): MenuEntry {
  return { icon: "remove", text: messages().queue.remove, run: () => remove(item), isDangerous: true };
}

/** What can be done with an item of the queue. */

import { isNamed } from "../../store/guest.ts";
import { view } from "../../store/room.ts";
import { toCome } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { words } from "../../words/index.ts";
import { move, placeOfStep, play, remove, type Step, stop } from "./doings.ts";

interface Props {
  item: ShownItem;
  mayMove: boolean;
  anchor: DOMRect;
  onClose: () => void;
  /** The item has been moved by an entry. */
  onMoved: (key: string) => void;
}

export function ItemMenu({ item, mayMove, anchor, onClose, onMoved }: Props) {
  const { queue, others, dayAndTime } = words();
  const who = isNamed(item.added_by) ? item.added_by : others.anonymous;
  const entries = [playEntry(item), ...(mayMove ? moveEntries(item, onMoved) : []), removeEntry(item)];
  return (
    <Menu label={queue.more(item.track.title)} entries={entries} anchor={anchor} onClose={onClose}>
      <div class="queue-menu-head">
        <p class="queue-title" dir="auto">
          {item.track.title}
        </p>
        <p class="dim small">{queue.addedBy(who, dayAndTime(item.added_at))}</p>
      </div>
    </Menu>
  );
}

function playEntry(item: ShownItem): MenuEntry {
  const { queue } = words();
  if (item.key === view.value.playingKey) return { icon: "stop", text: queue.stop, run: stop };
  return { icon: "play", text: queue.playNow, run: () => play(item) };
}

function moveEntries(item: ShownItem, onMoved: (key: string) => void): MenuEntry[] {
  const { queue } = words();
  const step = (icon: MenuEntry["icon"], text: string, where: Step): MenuEntry => {
    const items = toCome.value;
    const place = placeOfStep(items, items.indexOf(item), where);
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
  return { icon: "remove", text: words().queue.remove, run: () => remove(item), isDangerous: true };
}

/** The items in order, and all that hands and keys do to them. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { played, upcoming } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { withMoved } from "../../ui/drop_position.ts";
import { useStableCallback } from "../../ui/hooks.ts";
import { VirtualList } from "../../ui/virtual_list.tsx";
import { orderedKeys } from "../../ui/virtual_window.ts";
import { useHighlights, useRevealedItem } from "./highlights.ts";
import { slotOfMove } from "./keyboard_move.ts";
import { DragItems, ItemMenu, loadItemMenu, PlayedItems } from "./lazy_components.tsx";
import { labelIdOf, QueueRow } from "./queue_row.tsx";
import { useItemKeys } from "./use_item_keys.ts";

interface Props {
  items: readonly ShownItem[];
  mayMove: boolean;
}

/** Of which item the menu is open, beside what, and which control gets focus back. */
interface OpenMenu {
  key: string;
  anchor: DOMRect;
  control: "more" | null;
}

export function QueueList({ items, mayMove }: Props) {
  const list = useRef<VirtualList>(null);
  const line = useRef<HTMLDivElement>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [announcement, announce] = useState("");
  const lastOrder = useRef<readonly string[]>([]);
  const order = orderedKeys(items, lastOrder.current);
  lastOrder.current = order;
  const indexOf = useMemo(() => indexer(order), [order]);
  useHighlights();
  useEffect(() => void loadItemMenu().catch(() => {}), []);

  const openMenu = useStableCallback((key: string, beside: Element, control: "more" | null) =>
    setMenu({ key, anchor: beside.getBoundingClientRect(), control }),
  );
  const keys = useItemKeys({ items, indexOf, mayMove, list, announce, openMenu });
  useRevealedItem(list);

  const shown = useMemo(() => {
    const { grab } = keys;
    return grab && indexOf(grab.key) >= 0
      ? withMoved(items, indexOf(grab.key), slotOfMove(grab, indexOf, items.length))
      : items;
  }, [items, indexOf, keys.grab]);
  const shownIndexOf = useMemo(
    () => (shown === items ? indexOf : indexer(orderedKeys(shown, []))),
    [shown === items ? indexOf : shown],
  );
  const onMore = useStableCallback((key: string, button: Element) => openMenu(key, button, "more"));
  const announcePosition = (key: string) => {
    // With the move that was just made.
    const now = upcoming.value;
    const index = now.findIndex((item) => item.key === key);
    const { queue, ordinal } = messages();
    announce(queue.at(now[index]?.track.title ?? "", ordinal(index + 1), now.length));
  };
  const menuItem = menu && items[indexOf(menu.key)];
  useLayoutEffect(() => {
    if (menu && !menuItem) setMenu(null);
  }, [menu, menuItem]);

  const closeMenu = () => {
    if (menu) list.current?.focus(menu.key, { control: menu.control, scroll: false });
    setMenu(null);
  };

  return (
    <>
      <VirtualList
        ref={list}
        count={shown.length}
        keyAt={(index) => shown[index]?.key ?? ""}
        indexOf={shownIndexOf}
        rowHeight="var(--queue-row)"
        label={messages().app.queue}
        rowLabelId={labelIdOf}
        onRowKey={keys.onRowKey}
        onRowPress={(key, row) => openMenu(key, row, null)}
        renderRow={(index, isActive) => {
          const item = shown[index];
          return (
            item && (
              <QueueRow
                item={item}
                isActive={isActive}
                mayMove={mayMove}
                isGrabbed={item.key === keys.grab?.key}
                onGrab={keys.onGrab}
                onMore={onMore}
              />
            )
          );
        }}
        tail={played.value.length > 0 && <PlayedItems />}
      >
        <div class="queue-line" ref={line} hidden />
      </VirtualList>
      <DragItems items={items} order={order} mayMove={mayMove} list={list} line={line} openMenu={openMenu} />
      <p class="spoken" role="status">
        {announcement}
      </p>
      {menu && menuItem && (
        <ItemMenu
          item={menuItem}
          mayMove={mayMove}
          anchor={menu.anchor}
          onClose={closeMenu}
          onMoved={announcePosition}
        />
      )}
    </>
  );
}

function indexer(keys: readonly string[]): (key: string) => number {
  const places = new Map(keys.map((key, index) => [key, index]));
  return (key) => places.get(key) ?? -1;
}

/** The items in order, and all that hands and keys do to them. */

import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { played, toCome } from "../../store/up_next.ts";
import type { ShownItem } from "../../sync/index.ts";
import { withMoved } from "../../ui/places.ts";
import { useStable } from "../../ui/use_stable.ts";
import { VirtualList } from "../../ui/virtual_list.tsx";
import { words } from "../../words/index.ts";
import { useGlows } from "./glows.ts";
import { slotOf } from "./grab.ts";
import { ItemMenu, loadItemMenu } from "./item_menu_later.tsx";
import { orderOf } from "./order.ts";
import { Played } from "./played_later.tsx";
import { labelIdOf, QueueRow } from "./queue_row.tsx";
import { useDragging } from "./use_dragging.ts";
import { useKeys } from "./use_keys.ts";
import { useWishedItem } from "./use_wished_item.ts";

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
  const [said, say] = useState("");
  const lastOrder = useRef<readonly string[]>([]);
  const order = orderOf(items, lastOrder.current);
  lastOrder.current = order;
  const indexOf = useMemo(() => indexer(order), [order]);
  useGlows();
  useEffect(() => void loadItemMenu().catch(() => {}), []);

  const openMenu = useStable((key: string, beside: Element, control: "more" | null) =>
    setMenu({ key, anchor: beside.getBoundingClientRect(), control }),
  );
  const keys = useKeys({ items, indexOf, mayMove, list, say, openMenu });
  useDragging({ items, order, mayMove, list, line, openMenu });
  useWishedItem(list);

  const shown = useMemo(() => {
    const { grab } = keys;
    return grab && indexOf(grab.key) >= 0
      ? withMoved(items, indexOf(grab.key), slotOf(grab, indexOf, items.length))
      : items;
  }, [items, indexOf, keys.grab]);
  const shownIndexOf = useMemo(
    () => (shown === items ? indexOf : indexer(orderOf(shown, []))),
    [shown === items ? indexOf : shown],
  );
  const onMore = useStable((key: string, button: Element) => openMenu(key, button, "more"));
  const sayPlace = (key: string) => {
    // As it stands now, with the move of this moment.
    const now = toCome.value;
    const index = now.findIndex((item) => item.key === key);
    const { queue, ordinal } = words();
    say(queue.at(now[index]?.track.title ?? "", ordinal(index + 1), now.length));
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
        label={words().app.queue}
        rowLabelId={labelIdOf}
        onRowKey={keys.onRowKey}
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
        tail={played.value.length > 0 && <Played />}
      >
        <div class="queue-line" ref={line} hidden />
      </VirtualList>
      <p class="spoken" role="status">
        {said}
      </p>
      {menu && menuItem && (
        <ItemMenu
          item={menuItem}
          mayMove={mayMove}
          anchor={menu.anchor}
          onClose={closeMenu}
          onMoved={sayPlace}
        />
      )}
    </>
  );
}

function indexer(keys: readonly string[]): (key: string) => number {
  const places = new Map(keys.map((key, index) => [key, index]));
  return (key) => places.get(key) ?? -1;
}

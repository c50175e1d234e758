/** What plays, on top of what is to come: neither moved nor voted for. */

import { useRef, useState } from "preact/hooks";
import type { ShownItem } from "../../sync/index.ts";
import { IconButton } from "../../ui/icon_button.tsx";
import { words } from "../../words/index.ts";
import { ItemMenu } from "./item_menu_later.tsx";
import { ItemWords } from "./queue_row.tsx";

export function PlayingRow({ item }: { item: ShownItem }) {
  const { queue } = words();
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const more = useRef<HTMLDivElement>(null);
  return (
    // biome-ignore lint/a11y/useSemanticElements: no fields are in it.
    <div class="queue-now" id="queue-now" role="group" tabIndex={-1} aria-label={queue.playing} ref={more}>
      <div class="queue-row" data-playing>
        <ItemWords item={item}>
          <PlayingMark />
        </ItemWords>
        <IconButton
          icon="more"
          class="queue-more"
          label={queue.more(item.track.title)}
          aria-haspopup="menu"
          onClick={({ currentTarget }) => setAnchor(currentTarget.getBoundingClientRect())}
        />
      </div>
      {anchor && (
        <ItemMenu
          item={item}
          mayMove={false}
          anchor={anchor}
          onMoved={() => {}}
          onClose={() => {
            setAnchor(null);
            more.current?.querySelector<HTMLElement>(".queue-more")?.focus();
          }}
        />
      )}
    </div>
  );
}

/** Three bars that dance on the cover. */
function PlayingMark() {
  return (
    <span class="queue-playing" aria-hidden="true">
      <span />
      <span />
      <span />
    </span>
  );
}

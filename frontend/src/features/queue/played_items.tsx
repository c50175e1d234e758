/** Played items that are still in the queue: collapsed, below the upcoming ones. */

import { useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { addAfterNamePrompt, goneTracks, trackSheet } from "../../store/add_track.ts";
import { played } from "../../store/up_next.ts";
import { IconButton } from "../../ui/icon.tsx";
import { ItemLabel } from "./queue_row.tsx";

// A night's worth; the history of the room has the same.
const MAX_SHOWN = 100;

export function PlayedItems() {
  const [isOpen, setOpen] = useState(false);
  const items = played.value;
  const { queue } = messages();
  const { history } = lazyMessages();
  if (!items.length) return null;
  return (
    <details class="queue-played" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="dim">{queue.played(items.length)}</summary>
      {isOpen && (
        <ul>
          {items.slice(0, MAX_SHOWN).map((item) => (
            // biome-ignore lint/a11y/useKeyWithClickEvents: all that the sheet says is read out here.
            <li
              class="queue-row"
              key={item.key}
              tabIndex={-1}
              onClick={({ target, currentTarget: row }) => {
                if (!(target as Element).closest("button")) trackSheet.value = { track: item.track, row };
              }}
            >
              <ItemLabel item={item} />
              {goneTracks.value.has(item.track_id) ? (
                <span class="dim small">{history.gone}</span>
              ) : (
                <IconButton
                  icon="add"
                  label={history.addNamed(item.track.title, item.track.artist)}
                  onClick={() => addAfterNamePrompt(item.track)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

/** What was played and still stands in the queue: folded up, below what is to come. */

import { useState } from "preact/hooks";
import { goneTracks } from "../../store/adding.ts";
import { addTrack } from "../../store/room.ts";
import { played } from "../../store/up_next.ts";
import { IconButton } from "../../ui/icon_button.tsx";
import { words } from "../../words/index.ts";
import { ItemWords } from "./queue_row.tsx";

// A night's worth; the history of the room has the same.
const MOST = 100;

export function Played() {
  const [isOpen, setOpen] = useState(false);
  const items = played.value;
  const { queue, history } = words();
  if (!items.length) return null;
  return (
    <details class="queue-played" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary class="dim">{queue.played(items.length)}</summary>
      {isOpen && (
        <ul>
          {items.slice(0, MOST).map((item) => (
            <li class="queue-row" key={item.key}>
              <ItemWords item={item} />
              {goneTracks.value.has(item.track_id) ? (
                <span class="dim small">{history.gone}</span>
              ) : (
                <IconButton
                  icon="add"
                  label={history.addNamed(item.track.title, item.track.artist)}
                  onClick={() => addTrack(item.track)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
    </details>
  );
}

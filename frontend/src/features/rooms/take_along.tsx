/** The queue as a file. */

import { roomName, view } from "../../store/room.ts";
import { download } from "../../ui/download.ts";
import { Icon } from "../../ui/icon.tsx";
import { words } from "../../words/index.ts";
import { type Exported, exportedText, type Format, fileName, formats } from "./export.ts";

export function TakeAlong() {
  const texts = words().rooms;
  const { length } = view.value.items;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-export">
      <h2 id="rooms-export">{texts.takeAlong}</h2>
      <p class="dim">{length ? texts.takeAlongHelp(length) : texts.takeAlongEmpty}</p>
      {length > 0 && (
        <div class="rooms-formats">
          {formats.map(({ format, name, type }) => (
            <button
              type="button"
              class="button"
              key={format}
              aria-label={texts.exportAs(name)}
              onClick={() => save(format, type)}
            >
              <Icon name="export" />
              {name}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

function save(format: Format, type: string): void {
  const { room: slug, items } = view.value;
  const exported: Exported = { room: { slug, name: roomName.value }, exportedAt: new Date(), items };
  download(fileName(format, exported), type, exportedText(format, exported));
}

/** Asks before the same song is added from another album. */

import { twinQuestion, wishAgain } from "../../store/adding.ts";
import { addTrack } from "../../store/room.ts";
import { itemOfTrack } from "../../store/up_next.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { laterWords, words } from "../../words/index.ts";
import "./twin_dialog.css";

export function TwinDialog() {
  const asked = twinQuestion.value;
  const found = asked && itemOfTrack.value.get(asked.queued.track_id);
  const texts = laterWords().adding;
  const close = () => {
    twinQuestion.value = null;
  };
  if (!asked) return null;
  const { track, queued } = asked;
  const { title, artist, album } = queued.track;
  return (
    <Dialog title={texts.title} closeLabel={words().app.close} onClose={close}>
      <p dir="auto">{texts.question(title, artist, album)}</p>
      <div class="twin-buttons">
        {found && (
          <button
            type="button"
            class="button main"
            onClick={() => {
              close();
              wishAgain(found.item, found.place);
            }}
          >
            {texts.vote}
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => {
            close();
            addTrack(track);
          }}
        >
          {texts.addAnyway(track.album)}
        </button>
      </div>
    </Dialog>
  );
}

/** The current room: its name and URL, and the changes that its creator may make. */

import { useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isForbidden } from "../../store/api_errors.ts";
import { MAIN_ROOM, room, roomName, view } from "../../store/room.ts";
import { changeThisRoom, deleteThisRoom, mayChangeRoom } from "../../store/rooms.ts";
import { roomPath } from "../../store/router.ts";
import { showToast, truncate } from "../../store/toasts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { RoomForm, type RoomValues } from "./room_form.tsx";

export function ThisRoom() {
  const [isChanging, setChanging] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const texts = lazyMessages().rooms;
  const known = room.value;
  const done = () => {
    setChanging(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  return (
    <section class="card rooms-card" aria-labelledby="rooms-this">
      <div class="rooms-head">
        <div class="rooms-text">
          <h2 id="rooms-this" dir="auto">
            {roomName.value}
          </h2>
          {view.value.room !== MAIN_ROOM && <p class="dim small">{roomPath(view.value.room)}</p>}
        </div>
        {known && mayChangeRoom.value && !isChanging && (
          <button type="button" class="button" ref={opener} onClick={() => setChanging(true)}>
            {texts.change}
          </button>
        )}
      </div>
      {known && !isChanging && (
        <p class="dim">
          {known.order === "votes" ? texts.orderedByVotes : texts.orderedByHand}{" "}
          {!known.is_public && known.slug !== MAIN_ROOM && texts.unlisted}
        </p>
      )}
      {known && isChanging && <ChangeRoom key={known.slug} values={{ ...known }} onDone={done} />}
    </section>
  );
}

function ChangeRoom({ values, onDone }: { values: RoomValues; onDone: () => void }) {
  const texts = lazyMessages().rooms;
  const save = async ({ name, order, is_public }: RoomValues) => {
    await changeThisRoom({ name, order, is_public });
    showToast(texts.saved);
    onDone();
  };
  return (
    <>
      <p class="dim">{values.slug === MAIN_ROOM ? texts.staffOnly : texts.mayChange}</p>
      <RoomForm initial={values} hasSlug={false} submitLabel={texts.save} onSubmit={save} onCancel={onDone}>
        {values.slug !== MAIN_ROOM && <DeleteRoom name={values.name} />}
      </RoomForm>
    </>
  );
}

function DeleteRoom({ name }: { name: string }) {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const texts = lazyMessages().rooms;
  const remove = async () => {
    try {
      await deleteThisRoom();
      showToast(texts.deleted(truncate(name)));
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <div class="rooms-delete">
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {texts.delete}
      </button>
      {isAsking && (
        <Dialog
          title={texts.deleteQuestion(name)}
          closeLabel={messages().app.close}
          onClose={() => setAsking(false)}
        >
          <p>{texts.deleteHelp}</p>
          <p class="problem" role="alert">
            {problem !== null && (isForbidden(problem) ? texts.ownerOnly : errorMessage(problem))}
          </p>
          <div class="rooms-buttons">
            <button type="button" class="button danger" onClick={() => void remove()}>
              {texts.delete}
            </button>
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {messages().app.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

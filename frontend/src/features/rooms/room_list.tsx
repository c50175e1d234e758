/** The rooms one can go to, and the form for a new one. */

import { useEffect, useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { displayName, view } from "../../store/room.ts";
import { followRooms, loadRooms, makeRoom, type Room, rooms } from "../../store/rooms.ts";
import { goToRoom, part, roomPath, showPart } from "../../store/router.ts";
import { invitation } from "../../store/server_info.ts";
import { Icon } from "../../ui/icon.tsx";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { columns } from "../../ui/screen.ts";
import { RoomForm, type RoomValues } from "./room_form.tsx";

export function RoomList() {
  const { list, problem } = rooms.value;
  const texts = lazyMessages().rooms;
  const isSeen = part.value === "room";
  useEffect(() => (isSeen ? followRooms() : undefined), [isSeen]);
  return (
    <section class="card rooms-card" aria-labelledby="rooms-list">
      <h2 id="rooms-list">{texts.rooms}</h2>
      {list && (
        <ul class="rooms-list">
          {list.map((room) => (
            <RoomLink room={room} key={room.slug} />
          ))}
        </ul>
      )}
      {list && list.length < 2 && <p class="dim small">{texts.noRooms}</p>}
      {!list && !problem && <div class="skeleton" aria-hidden="true" />}
      {problem !== null && (
        <ErrorRetry
          class="rooms-problem"
          text={isUnreachable(problem) ? texts.needsNetwork : errorMessage(problem)}
          label={messages().app.retry}
          onRetry={loadRooms}
        />
      )}
      <NewRoom />
    </section>
  );
}

function RoomLink({ room }: { room: Room }) {
  const texts = lazyMessages().rooms;
  const isHere = room.slug === view.value.room;
  const notes = [
    texts.items(isHere ? view.value.items.length : room.items),
    room.is_public ? "" : texts.notListed,
  ];
  return (
    <li>
      <a
        class="rooms-line"
        href={roomPath(room.slug)}
        aria-current={isHere ? "true" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          void enterListedRoom(room.slug);
        }}
      >
        <span class="rooms-text">
          <span class="one-line" dir="auto">
            {displayName(room)}
          </span>
          <span class="dim small numbers">{notes.filter(Boolean).join(" · ")}</span>
        </span>
        {isHere && <span class="rooms-here small">{texts.here}</span>}
      </a>
    </li>
  );
}

async function enterListedRoom(slug: string): Promise<void> {
  const entered = goToRoom(slug);
  // Where there is room for it, this part stays as it is beside the queue.
  if (columns.value === 1) {
    showPart("queue");
    requestAnimationFrame(() => document.getElementById("queue-part")?.focus());
  }
  await entered;
}

const NEW_ROOM: RoomValues = { name: "", slug: "", is_public: true, order: "votes" };

function NewRoom() {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const texts = lazyMessages().rooms;
  useEffect(() => {
    if (isOpen) place.current?.querySelector("input")?.focus();
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const make = async ({ slug, ...rest }: RoomValues) => {
    await makeRoom(slug ? { slug, ...rest } : rest);
    setOpen(false);
    showPart("queue");
    invitation.value = "new";
  };
  if (!isOpen) {
    return (
      <button type="button" class="button" ref={opener} onClick={() => setOpen(true)}>
        <Icon name="add" />
        {texts.newRoom}
      </button>
    );
  }
  return (
    <div class="rooms-new" ref={place}>
      <h3>{texts.newRoom}</h3>
      <RoomForm initial={NEW_ROOM} hasSlug submitLabel={texts.create} onSubmit={make} onCancel={close} />
    </div>
  );
}

/** The rooms one can go to, and the form for a new one. */

import { useEffect, useRef, useState } from "preact/hooks";
import { addressOfRoom, goToRoom, part, show } from "../../store/place.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { view } from "../../store/room.ts";
import { followRooms, loadRooms, makeRoom, type Room, rooms } from "../../store/rooms.ts";
import { tell } from "../../store/toasts.ts";
import { Icon } from "../../ui/icon.tsx";
import { Retry } from "../../ui/retry.tsx";
import { columns } from "../../ui/screen.ts";
import { shortened } from "../../ui/shortened.ts";
import { words } from "../../words/index.ts";
import { RoomForm, type RoomValues } from "./room_form.tsx";

export function RoomList() {
  const { list, problem } = rooms.value;
  const texts = words().rooms;
  const isSeen = part.value === "room";
  useEffect(() => (isSeen ? followRooms() : undefined), [isSeen]);
  return (
    <section class="card rooms-card" aria-labelledby="rooms-list">
      <h2 id="rooms-list">{texts.rooms}</h2>
      {list && (
        <ul class="rooms-list">
          {list.map((room) => (
            <Line room={room} key={room.slug} />
          ))}
        </ul>
      )}
      {list && list.length < 2 && <p class="dim small">{texts.noRooms}</p>}
      {!list && !problem && <div class="skeleton" aria-hidden="true" />}
      {problem !== null && (
        <Retry
          class="rooms-problem"
          text={hasNoAnswer(problem) ? texts.needsNetwork : sentenceOf(problem)}
          label={words().app.retry}
          onRetry={loadRooms}
        />
      )}
      <NewRoom />
    </section>
  );
}

function Line({ room }: { room: Room }) {
  const texts = words().rooms;
  const isHere = room.slug === view.value.room;
  const notes = [
    texts.items(isHere ? view.value.items.length : room.items),
    room.is_public ? "" : texts.notListed,
  ];
  return (
    <li>
      <a
        class="rooms-line"
        href={addressOfRoom(room.slug)}
        aria-current={isHere ? "true" : undefined}
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
          event.preventDefault();
          void go(room.slug);
        }}
      >
        <span class="rooms-words">
          <span class="one-line" dir="auto">
            {room.name}
          </span>
          <span class="dim small numbers">{notes.filter(Boolean).join(" · ")}</span>
        </span>
        {isHere && <span class="rooms-here small">{texts.here}</span>}
      </a>
    </li>
  );
}

async function go(slug: string): Promise<void> {
  const entered = goToRoom(slug);
  // Where there is room for it, this part stays as it is beside the queue.
  if (columns.value === 1) {
    show("queue");
    requestAnimationFrame(() => document.getElementById("queue-part")?.focus());
  }
  await entered;
}

const EMPTY: RoomValues = { name: "", slug: "", is_public: true, order: "votes" };

function NewRoom() {
  const [isOpen, setOpen] = useState(false);
  const opener = useRef<HTMLButtonElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const texts = words().rooms;
  useEffect(() => {
    if (isOpen) place.current?.querySelector("input")?.focus();
  }, [isOpen]);
  const close = () => {
    setOpen(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  const make = async ({ slug, ...rest }: RoomValues) => {
    const room = await makeRoom(slug ? { slug, ...rest } : rest);
    tell(texts.created(shortened(room.name)));
    close();
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
      <RoomForm initial={EMPTY} hasSlug submitLabel={texts.create} onSubmit={make} onCancel={close} />
    </div>
  );
}

/** The page for a room that does not exist: create it, or open another one. */

import { useEffect, useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage } from "../../store/api_errors.ts";
import { enterRoom, MAIN_ROOM, NO_ROOM, view } from "../../store/room.ts";
import { loadRooms, makeRoom, rooms } from "../../store/rooms.ts";
import { roomPath } from "../../store/router.ts";
import "./rooms.css";

export function NoRoom() {
  const slug = view.value.room;
  const texts = lazyMessages().rooms;
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    void loadRooms();
    heading.current?.focus();
  }, []);
  const others = (rooms.value.list ?? []).filter((room) => room.slug !== MAIN_ROOM);
  return (
    <main class="rooms-none">
      <h1 ref={heading} tabIndex={-1}>
        {slug === NO_ROOM ? texts.notAnAddress : texts.noSuchRoom(roomPath(slug))}
      </h1>
      {slug !== NO_ROOM && <CreateRoom key={slug} slug={slug} />}
      <a class="button" href={roomPath(MAIN_ROOM)}>
        {messages().app.mainRoom}
      </a>
      {others.length > 0 && (
        <>
          <p class="dim">{texts.orGoTo}</p>
          <ul>
            {others.map((room) => (
              <li key={room.slug}>
                <a class="rooms-line" href={roomPath(room.slug)}>
                  <span class="one-line" dir="auto">
                    {room.name}
                  </span>
                  <span class="dim small numbers">{texts.items(room.items)}</span>
                </a>
              </li>
            ))}
          </ul>
        </>
      )}
    </main>
  );
}

/** The name from which its slug may have been derived. */
function CreateRoom({ slug }: { slug: string }) {
  const [problem, setProblem] = useState<unknown>(null);
  const isMaking = useRef(false);
  const name = slug.replace(/-+/g, " ").trim() || slug;
  const make = async () => {
    if (isMaking.current) return;
    isMaking.current = true;
    try {
      await makeRoom({ slug, name, order: "votes" });
      await enterRoom(slug);
    } catch (error) {
      setProblem(error);
    }
    isMaking.current = false;
  };
  return (
    <>
      <button type="button" class="button main" onClick={() => void make()}>
        {lazyMessages().rooms.createThis(name)}
      </button>
      <p class="problem" role="alert">
        {problem !== null && errorMessage(problem)}
      </p>
    </>
  );
}

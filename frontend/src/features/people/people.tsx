/** The users in the room: a few initials and the number in the header, all names after a press. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { messages, withLazyMessages } from "../../locales/index.ts";
import { people } from "../../store/room.ts";
import { showToast } from "../../store/toasts.ts";
import { PersonDot } from "../../ui/cover.tsx";
import { lazy } from "../../ui/lazy.tsx";
import "./people.css";

// More would leave no room for the name of the room.
const MAX_DOTS = 3;

const isListOpen = signal(false);

const PeopleList = lazy(
  () => withLazyMessages(import("./people_list.tsx").then((module) => module.PeopleList)),
  { Failed: ListFailed, skeleton: <span hidden /> },
);

export function People() {
  const here = people.value;
  if (!here) return null;
  const { app } = messages();
  // A phone has room for one dot, which shows someone else.
  const isMe = ({ person_id: id }: { person_id: string }) => Number(id === here.me);
  const named = here.people.filter(({ name }) => name).sort((one, other) => isMe(one) - isMe(other));
  return (
    <button
      type="button"
      class="people-button button quiet"
      aria-haspopup="dialog"
      onClick={() => {
        isListOpen.value = true;
      }}
    >
      <span class="people-dots">
        {named.slice(0, MAX_DOTS).map(({ person_id, name }) => (
          <PersonDot key={person_id} name={name} />
        ))}
      </span>
      <span class="numbers">{app.here(here.active)}</span>
    </button>
  );
}

/** The names, above the page. */
export function PeopleSheet() {
  const here = people.value;
  return here && isListOpen.value ? <PeopleList here={here} onClose={close} /> : null;
}

function close(): void {
  isListOpen.value = false;
}

function ListFailed() {
  useEffect(() => {
    close();
    showToast(messages().app.partFailed);
  }, []);
  return null;
}

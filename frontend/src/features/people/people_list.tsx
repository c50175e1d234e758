/** The names of the users in the room. */

import { lazyMessages, messages } from "../../locales/index.ts";
import type { PeopleChanged } from "../../sync/index.ts";
import { PersonDot } from "../../ui/cover.tsx";
import { Dialog } from "../../ui/dialog.tsx";

interface Props {
  here: PeopleChanged;
  onClose: () => void;
}

export function PeopleList({ here, onClose }: Props) {
  const { app } = messages();
  const texts = lazyMessages().people;
  const unnamed = here.active - here.people.length;
  return (
    <Dialog title={app.people(here.active)} closeLabel={app.close} onClose={onClose}>
      <ul class="people-list">
        {here.people.map(({ person_id, name }) => (
          <li key={person_id}>
            <PersonDot name={name} />
            <span dir="auto">{name || texts.guest}</span>
            {person_id === here.me && <span class="dim small">{texts.you}</span>}
          </li>
        ))}
        {unnamed > 0 && <li class="dim">{texts.more(unnamed)}</li>}
      </ul>
    </Dialog>
  );
}

/** Artists whom one likes: typed, with those of the library offered. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { artistsLike, has, LONGEST_ARTIST, MOST, toggled } from "../../store/taste.ts";
import { IconButton } from "../../ui/icon_button.tsx";
import { laterWords } from "../../words/index.ts";

// A pause that says: this name is typed.
const TYPING_MILLISECONDS = 200;

interface Props {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function Artists({ chosen, onChange }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [told, setTold] = useState("");
  const [typed, setTyped] = useState("");
  const texts = laterWords().taste;
  const take = () => {
    const name = typed.trim();
    if (!name) return;
    const isTooMany = chosen.length >= MOST.favorite_artists;
    setTold(isTooMany ? texts.most(MOST.favorite_artists) : "");
    if (isTooMany) return;
    if (!has(chosen, name)) onChange([...chosen, name]);
    setTyped("");
  };
  const drop = (name: string) => {
    onChange(toggled(chosen, name));
    field.current?.focus();
  };
  return (
    <div>
      <label class="label" for={id}>
        {texts.artists}
      </label>
      <div class="account-add">
        <input
          class="field"
          id={id}
          ref={field}
          value={typed}
          placeholder={texts.artist}
          maxLength={LONGEST_ARTIST}
          autocomplete="off"
          dir="auto"
          list={`${id}-known`}
          enterkeyhint="done"
          aria-describedby={`${id}-told`}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            take();
          }}
          // Whoever goes on after a name has said it.
          onBlur={take}
        />
        <button type="button" class="button" onClick={() => field.current?.focus()}>
          {texts.addArtist}
        </button>
      </div>
      <Known id={`${id}-known`} typed={typed} />
      <p class="problem" id={`${id}-told`} role="status">
        {told}
      </p>
      <ul class="panel-chips account-chosen">
        {chosen.map((name) => (
          <li class="chip account-drop" key={name}>
            <bdi class="one-line">{name}</bdi>
            <IconButton icon="close" label={texts.dropArtist(name)} onClick={() => drop(name)} />
          </li>
        ))}
      </ul>
    </div>
  );
}

function Known({ id, typed }: { id: string; typed: string }) {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(async () => {
      const found = await artistsLike(typed);
      if (!isOver) setNames(found);
    }, TYPING_MILLISECONDS);
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [typed]);
  return (
    <datalist id={id}>
      {names.map((name) => (
        <option value={name} key={name} />
      ))}
    </datalist>
  );
}

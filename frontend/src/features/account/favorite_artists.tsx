/** The user's favorite artists: typed, with suggestions from the library. */

import { useEffect, useId, useRef, useState } from "preact/hooks";
import { lazyMessages } from "../../locales/index.ts";
import {
  includesName,
  MAX_ARTIST_LENGTH,
  MAX_FAVORITES,
  matchingArtists,
  toggled,
} from "../../store/taste_profile.ts";
import { IconButton } from "../../ui/icon.tsx";

// A pause of this length ends a name.
const TYPING_MILLISECONDS = 200;

interface Props {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function FavoriteArtists({ chosen, onChange }: Props) {
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const [limitMessage, setLimitMessage] = useState("");
  const [typed, setTyped] = useState("");
  const texts = lazyMessages().taste;
  const take = () => {
    const name = typed.trim();
    if (!name) return;
    const isTooMany = chosen.length >= MAX_FAVORITES.favorite_artists;
    setLimitMessage(isTooMany ? texts.most(MAX_FAVORITES.favorite_artists) : "");
    if (isTooMany) return;
    if (!includesName(chosen, name)) onChange([...chosen, name]);
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
          maxLength={MAX_ARTIST_LENGTH}
          autocomplete="off"
          dir="auto"
          list={`${id}-known`}
          enterkeyhint="done"
          aria-describedby={`${id}-help`}
          onInput={(event) => setTyped(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key !== "Enter" || event.isComposing) return;
            event.preventDefault();
            take();
          }}
          // Leaving the field adds the typed name, too.
          onBlur={take}
        />
        <button type="button" class="button" onClick={() => field.current?.focus()}>
          {texts.addArtist}
        </button>
      </div>
      <ArtistSuggestions id={`${id}-known`} typed={typed} />
      <p class="problem" id={`${id}-help`} role="status">
        {limitMessage}
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

function ArtistSuggestions({ id, typed }: { id: string; typed: string }) {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    let isOver = false;
    const timer = setTimeout(async () => {
      const found = await matchingArtists(typed);
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

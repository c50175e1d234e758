/** The search field, the genres and the order of the library's tracks. */

import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import {
  chooseGenre,
  clearSearch,
  genres,
  genreTitle,
  isSearching,
  requestedSearch,
  requestResultsFocus,
  searchNow,
  searchText,
  setSearchText,
  sortBy,
  type TrackOrder,
} from "../../store/library.ts";
import { searchFocusRequests } from "../../store/router.ts";
import { Icon, IconButton } from "../../ui/icon.tsx";
import { hasModifier, rowForKey } from "../../ui/keyboard.ts";

// The server's limit.
const MAX_SEARCH_LENGTH = 300;

export function Search() {
  const field = useRef<HTMLInputElement>(null);
  const { library } = messages();
  useEffect(() => focusOnRequest(field), []);
  const clear = () => {
    clearSearch();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && searchText.value) clear();
    else if (event.key === "ArrowDown") requestResultsFocus();
    else return;
    event.preventDefault();
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    searchNow();
    // A phone's keyboard gives way to the results.
    if (matchMedia("(pointer: coarse)").matches) field.current?.blur();
  };
  return (
    <search class="library-search" data-looking={isSearching.value || undefined}>
      <form onSubmit={onSubmit}>
        <Icon name="search" />
        <input
          class="field library-field"
          type="search"
          enterkeyhint="search"
          autocomplete="off"
          autocapitalize="none"
          spellcheck={false}
          dir="auto"
          maxLength={MAX_SEARCH_LENGTH}
          aria-label={library.search}
          placeholder={library.searchHint}
          ref={field}
          value={searchText.value}
          onInput={(event) => setSearchText(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {searchText.value && (
          <IconButton icon="close" class="library-clear" label={library.clear} onClick={clear} />
        )}
      </form>
    </search>
  );
}

/** At once where that is possible, so that what is typed right after lands in the field. */
function focusOnRequest(field: { current: HTMLInputElement | null }): () => void {
  let handled = 0;
  return effect(() => {
    if (searchFocusRequests.value === handled) return;
    handled = searchFocusRequests.value;
    const focus = () => {
      field.current?.focus();
      field.current?.select();
    };
    focus();
    // A part that was hidden until now has to be drawn first.
    if (document.activeElement !== field.current) requestAnimationFrame(focus);
  });
}

const ROW_KEYS: Readonly<Record<string, string>> = {
  ArrowLeft: "ArrowUp",
  ArrowRight: "ArrowDown",
  Home: "Home",
  End: "End",
};

export function Genres() {
  const { library, number } = messages();
  const known = genres.value;
  const chosen = requestedSearch.value.query.genre;
  const [focused, setFocused] = useState<string | null>(null);
  if (known && !known.length) return null;
  const stop = known?.some(({ genre }) => genre === focused) ? focused : chosen;
  const chip = (genre: string) => ({
    type: "button" as const,
    class: "chip",
    "aria-pressed": chosen === genre,
    tabIndex: stop === genre ? 0 : -1,
    onFocus: () => setFocused(genre),
  });
  return (
    <fieldset class="library-genres" aria-label={library.genres} onKeyDown={moveAlongChips}>
      {!known && <span class="chip" aria-hidden="true" />}
      {known && (
        <button {...chip("")} onClick={() => chooseGenre("")}>
          {library.all}
        </button>
      )}
      {known?.map(({ genre, count }) => (
        <button {...chip(genre)} key={genre} onClick={() => chooseGenre(chosen === genre ? "" : genre)}>
          <bdi>{genreTitle(genre)}</bdi> <span class="dim numbers">{number(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}

function moveAlongChips(event: KeyboardEvent & { currentTarget: HTMLElement }): void {
  const chips = [...event.currentTarget.querySelectorAll("button")];
  const index = chips.indexOf(event.target as HTMLButtonElement);
  const next = hasModifier(event) ? null : rowForKey(ROW_KEYS[event.key] ?? "", index, chips.length, 0);
  if (next === null) return;
  event.preventDefault();
  chips[next]?.focus();
}

export function SortControl() {
  const { library } = messages();
  const { search, ordering } = requestedSearch.value.query;
  const options: readonly { value: TrackOrder; label: string }[] = [
    { value: "", label: search ? library.bestMatch : library.asAdded },
    { value: "title", label: library.byTitle },
    { value: "artist", label: library.byArtist },
    { value: "-created_at", label: library.newest },
    { value: "duration_seconds", label: library.byLength },
  ];
  return (
    <select
      class="library-sorting"
      aria-label={library.sort}
      value={ordering}
      onChange={(event) => sortBy(event.currentTarget.value as TrackOrder)}
    >
      {options.map(({ value, label }) => (
        <option value={value} key={value}>
          {label}
        </option>
      ))}
    </select>
  );
}

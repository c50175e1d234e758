/** The search field: it searches while one types. */

import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import {
  clearSearch,
  isLooking,
  searchTyped,
  searchWishes,
  type,
  typed,
  wishForResults,
} from "../../store/library.ts";
import { Icon } from "../../ui/icon.tsx";
import { IconButton } from "../../ui/icon_button.tsx";
import { words } from "../../words/index.ts";

// The server's limit.
const LONGEST_SEARCH = 300;

export function Search() {
  const field = useRef<HTMLInputElement>(null);
  const { library } = words();
  useEffect(() => focusWhenWished(field), []);
  const clear = () => {
    clearSearch();
    field.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.isComposing) return;
    if (event.key === "Escape" && typed.value) clear();
    else if (event.key === "ArrowDown") wishForResults();
    else return;
    event.preventDefault();
  };
  const onSubmit = (event: Event) => {
    event.preventDefault();
    searchTyped();
    // A phone's keyboard gives way to the results.
    if (matchMedia("(pointer: coarse)").matches) field.current?.blur();
  };
  return (
    <search class="library-search" data-looking={isLooking.value || undefined}>
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
          maxLength={LONGEST_SEARCH}
          aria-label={library.search}
          placeholder={library.searchHint}
          ref={field}
          value={typed.value}
          onInput={(event) => type(event.currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        {typed.value && (
          <IconButton icon="close" class="library-clear" label={library.clear} onClick={clear} />
        )}
      </form>
    </search>
  );
}

/** At once where that is possible, so that what is typed right after lands in the field. */
function focusWhenWished(field: { current: HTMLInputElement | null }): () => void {
  let handled = 0;
  return effect(() => {
    if (searchWishes.value === handled) return;
    handled = searchWishes.value;
    const focus = () => {
      field.current?.focus();
      field.current?.select();
    };
    focus();
    // A part that was hidden until now has to be drawn first.
    if (document.activeElement !== field.current) requestAnimationFrame(focus);
  });
}

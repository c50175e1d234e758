/** An empty result: what else can be tried, and asking the host for the track. */

import { useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage } from "../../store/api_errors.ts";
import { chooseGenre, clearSearch, genreTitle, type TrackQuery } from "../../store/library.ts";
import { goToPart } from "../../store/router.ts";
import { truncate } from "../../store/toasts.ts";
import { addWish, MAX_WISH_LENGTH } from "../../store/wishes.ts";

export function NoResults({ query: { search, genre } }: { query: TrackQuery }) {
  const { library } = messages();
  if (!search && !genre) {
    return (
      <div class="empty">
        <p>{library.empty}</p>
        <p class="dim">{library.emptyHelp}</p>
      </div>
    );
  }
  return (
    <div class="empty">
      <p class="library-nothing">{library.nothingFor(search || genreTitle(genre))}</p>
      <p class="dim">{genre ? library.nothingInGenreHelp : library.nothingForHelp}</p>
      {genre ? (
        <button type="button" class="button" onClick={() => chooseGenre("")}>
          {library.allGenres}
        </button>
      ) : (
        <button type="button" class="button" onClick={clearSearch}>
          {library.clear}
        </button>
      )}
      <button type="button" class="button" onClick={() => goToPart("charts")}>
        {library.toCharts}
      </button>
      {search && <RequestTrack key={search} text={search} />}
    </div>
  );
}

/** To be given a `key` of the text: each has its own outcome. */
export function RequestTrack({ text }: { text: string }) {
  const [state, setState] = useState<"free" | "sending" | "done">("free");
  const [problem, setProblem] = useState<unknown>(null);
  const texts = lazyMessages().wishes;
  if ([...text].length > MAX_WISH_LENGTH) return null;
  const send = async () => {
    if (state === "sending") return;
    setState("sending");
    setProblem(null);
    try {
      await addWish(text);
      setState("done");
    } catch (error) {
      setState("free");
      setProblem(error);
    }
  };
  return (
    <div class="library-wish">
      {state !== "done" && (
        <button type="button" class="button" onClick={() => void send()}>
          {texts.wish(truncate(text))}
        </button>
      )}
      <p class={problem === null ? "dim small" : "problem"} role="status">
        {problem !== null ? errorMessage(problem) : state === "done" && texts.done}
      </p>
    </div>
  );
}

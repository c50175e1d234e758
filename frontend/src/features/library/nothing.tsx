/** When nothing was found: what for, and what else could be tried. */

import { chooseGenre, clearSearch, type TrackQuery } from "../../store/library.ts";
import { goToPart } from "../../store/place.ts";
import { words } from "../../words/index.ts";

export function Nothing({ query: { search, genre } }: { query: TrackQuery }) {
  const { library } = words();
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
      <p class="library-nothing">{library.nothingFor(search || genre)}</p>
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
    </div>
  );
}

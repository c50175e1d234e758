/** The genres as chips, in a strip that scrolls by itself. */

import { asked, chooseGenre, genres } from "../../store/library.ts";
import { words } from "../../words/index.ts";

export function Genres() {
  const { library, number } = words();
  const known = genres.value;
  const chosen = asked.value.query.genre;
  if (known && !known.length) return null;
  return (
    <fieldset class="library-genres" aria-label={library.genres}>
      {!known && <span class="chip" aria-hidden="true" />}
      {known && (
        <button type="button" class="chip" aria-pressed={chosen === ""} onClick={() => chooseGenre("")}>
          {library.all}
        </button>
      )}
      {known?.map(({ genre, count }) => (
        <button
          type="button"
          class="chip"
          key={genre}
          aria-pressed={chosen === genre}
          onClick={() => chooseGenre(chosen === genre ? "" : genre)}
        >
          <bdi>{genre}</bdi> <span class="dim numbers">{number(count)}</span>
        </button>
      ))}
    </fieldset>
  );
}

/** Which chart: a genre's, or the room's own. */

import { chartIndex, choose, chosen, THIS_ROOM } from "../../store/charts.ts";
import { laterWords } from "../../words/index.ts";

export function Choice() {
  const texts = laterWords().charts;
  const genres = chartIndex.value?.genres;
  return (
    <fieldset class="charts-choice" aria-label={texts.which}>
      {!genres && <span class="chip" aria-hidden="true" />}
      {genres?.map(({ name }) => (
        <Chip key={name} value={name} label={genreName(name)} />
      ))}
      <Chip value={THIS_ROOM} label={texts.thisRoom} />
    </fieldset>
  );
}

/** The chosen one is seen whole, also where it stood at the edge of the strip. */
function Chip({ value, label }: { value: string; label: string }) {
  return (
    <button
      type="button"
      class="chip"
      aria-pressed={chosen.value === value}
      onClick={(event) => {
        choose(value);
        event.currentTarget.scrollIntoView({ block: "nearest", inline: "nearest" });
      }}
    >
      {label}
    </button>
  );
}

/** One that is new to this page is called as the server calls it. */
export function genreName(genre: string): string {
  const { genre: names } = laterWords().charts;
  return names[genre as keyof typeof names] ?? genre;
}

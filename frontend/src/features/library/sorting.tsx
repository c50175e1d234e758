/** What the tracks are sorted by. */

import { asked, sortBy, type TrackOrder } from "../../store/library.ts";
import { words } from "../../words/index.ts";

export function Sorting() {
  const { library } = words();
  const { search, ordering } = asked.value.query;
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

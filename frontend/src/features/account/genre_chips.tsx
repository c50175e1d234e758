/** The library's genres, to choose those one likes. */

import { useEffect, useState } from "preact/hooks";
import { genres, loadGenres } from "../../store/library.ts";
import { MOST, offeredGenres, toggled } from "../../store/taste.ts";
import { Retry } from "../../ui/retry.tsx";
import { laterWords, words } from "../../words/index.ts";
import { Chips } from "./chips.tsx";

interface Props {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function GenreChips({ chosen, onChange }: Props) {
  const [isAsking, setAsking] = useState(true);
  const texts = laterWords().taste;
  const load = async () => {
    setAsking(true);
    await loadGenres();
    setAsking(false);
  };
  useEffect(() => {
    if (!genres.value) void load();
  }, []);
  const known = genres.value;
  if (!known) return isAsking ? <div class="skeleton" aria-hidden="true" /> : <Missing onRetry={load} />;
  const offered = offeredGenres(
    known.map(({ genre }) => genre),
    chosen,
  );
  if (!offered.length) return <p class="dim">{texts.noGenres}</p>;
  return (
    <Chips
      label={texts.genres}
      names={offered}
      chosen={chosen}
      most={MOST.favorite_genres}
      onToggle={(genre) => onChange(toggled(chosen, genre))}
    />
  );
}

function Missing({ onRetry }: { onRetry: () => Promise<void> }) {
  return (
    <Retry
      class="panel-problem"
      text={laterWords().taste.genresMissing}
      label={words().app.retry}
      onRetry={onRetry}
    />
  );
}

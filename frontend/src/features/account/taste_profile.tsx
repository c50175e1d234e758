/** The user's preferences: genres of the library, artists, moods. */

import { useEffect, useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { accountErrorMessage } from "../../store/api_errors.ts";
import type { Profile } from "../../store/identity.ts";
import { genres, genreTitle, loadGenres } from "../../store/library.ts";
import { goToPart } from "../../store/router.ts";
import { changeProfile } from "../../store/session.ts";
import {
  includesName,
  MAX_FAVORITES,
  MOODS,
  type Mood,
  selectableGenres,
  tasteChanges,
  toggled,
} from "../../store/taste_profile.ts";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { FavoriteArtists } from "./favorite_artists.tsx";

export function TasteProfile({ profile }: { profile: Profile }) {
  const [chosen, setChosen] = useState(profile);
  const [problem, setProblem] = useState<unknown>(null);
  const [isSaved, setSaved] = useState(false);
  const newest = useRef(profile);
  const saving = useRef<Promise<void>>(Promise.resolve());
  const texts = lazyMessages().taste;
  const save = async () => {
    const wanted = newest.current;
    try {
      await changeProfile(wanted);
      tasteChanges.value += 1;
      if (newest.current !== wanted) return;
      setProblem(null);
      setSaved(true);
    } catch (error) {
      setProblem(error);
    }
  };
  /** Each tap is saved, one after the other; what a later one replaces needs no request. */
  const set = (change: Partial<Profile>) => {
    const wanted = { ...newest.current, ...change };
    newest.current = wanted;
    setChosen(wanted);
    setSaved(false);
    saving.current = saving.current.then(() => (newest.current === wanted ? save() : undefined));
  };
  return (
    <section class="card panel-card" aria-labelledby="account-taste">
      <h2 id="account-taste">{texts.title}</h2>
      <p class="dim">{texts.help}</p>
      <GenreChips chosen={chosen.favorite_genres} onChange={(favorite_genres) => set({ favorite_genres })} />
      <FavoriteArtists
        chosen={chosen.favorite_artists}
        onChange={(favorite_artists) => set({ favorite_artists })}
      />
      <Chips
        label={texts.moods}
        names={MOODS}
        chosen={chosen.moods}
        most={MOODS.length}
        spoken={(mood) => texts.mood[mood as Mood] ?? mood}
        onToggle={(mood) => set({ moods: toggled(chosen.moods, mood) })}
      />
      <p class="problem" role="alert">
        {problem !== null && accountErrorMessage(problem)}
      </p>
      <div class="panel-buttons">
        {problem !== null && (
          <button type="button" class="button main" onClick={() => void save()}>
            {texts.save}
          </button>
        )}
        <button type="button" class="button" onClick={() => goToPart("discover")}>
          {texts.seeList}
        </button>
        <span class="dim small" role="status">
          {isSaved && texts.saved}
        </span>
      </div>
    </section>
  );
}

interface GenreChipsProps {
  chosen: readonly string[];
  onChange: (chosen: string[]) => void;
}

export function GenreChips({ chosen, onChange }: GenreChipsProps) {
  const [isAsking, setAsking] = useState(true);
  const texts = lazyMessages().taste;
  const load = async () => {
    setAsking(true);
    await loadGenres();
    setAsking(false);
  };
  useEffect(() => {
    if (!genres.value) void load();
  }, []);
  const known = genres.value;
  if (!known) return isAsking ? <div class="skeleton" aria-hidden="true" /> : <GenresFailed onRetry={load} />;
  const offered = selectableGenres(
    known.map(({ genre }) => genre),
    chosen,
  );
  if (!offered.length) return <p class="dim">{texts.noGenres}</p>;
  return (
    <Chips
      label={texts.genres}
      names={offered}
      chosen={chosen}
      most={MAX_FAVORITES.favorite_genres}
      spoken={genreTitle}
      onToggle={(genre) => onChange(toggled(chosen, genre))}
    />
  );
}

function GenresFailed({ onRetry }: { onRetry: () => Promise<void> }) {
  return (
    <ErrorRetry
      class="panel-problem"
      text={lazyMessages().taste.genresMissing}
      label={messages().app.retry}
      onRetry={onRetry}
    />
  );
}

interface ChipsProps {
  label: string;
  names: readonly string[];
  chosen: readonly string[];
  most: number;
  spoken?: (name: string) => string;
  onToggle: (name: string) => void;
}

export function Chips({ label, names, chosen, most, spoken = String, onToggle }: ChipsProps) {
  const [limitMessage, setLimitMessage] = useState("");
  const isFull = chosen.length >= most;
  const press = (name: string) => {
    const isTooMany = isFull && !includesName(chosen, name);
    setLimitMessage(isTooMany ? lazyMessages().taste.most(most) : "");
    if (!isTooMany) onToggle(name);
  };
  return (
    <fieldset class="account-chips">
      <legend class="label">{label}</legend>
      <div class="panel-chips">
        {names.map((name) => (
          <button
            type="button"
            class="chip"
            key={name}
            aria-pressed={includesName(chosen, name)}
            aria-disabled={(isFull && !includesName(chosen, name)) || undefined}
            onClick={() => press(name)}
          >
            <bdi class="one-line">{spoken(name)}</bdi>
          </button>
        ))}
      </div>
      <p class="problem" role="status">
        {limitMessage}
      </p>
    </fieldset>
  );
}

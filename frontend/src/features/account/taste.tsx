/** Choosing what one likes: genres of the library, artists, moods. */

import { useState } from "preact/hooks";
import type { Profile } from "../../store/account.ts";
import { accountSentence } from "../../store/account_problems.ts";
import { goToPart } from "../../store/place.ts";
import { changeProfile } from "../../store/session.ts";
import { areSame, MOODS, type Mood, tasteChanges, toggled } from "../../store/taste.ts";
import { tell } from "../../store/toasts.ts";
import { laterWords } from "../../words/index.ts";
import { Artists } from "./artists.tsx";
import { Chips } from "./chips.tsx";
import { GenreChips } from "./genre_chips.tsx";

export function Taste({ profile }: { profile: Profile }) {
  const [chosen, setChosen] = useState(profile);
  const [problem, setProblem] = useState<unknown>(null);
  const texts = laterWords().taste;
  const set = (change: Partial<Profile>) => setChosen((before) => ({ ...before, ...change }));
  const save = async () => {
    try {
      await changeProfile(chosen);
      setProblem(null);
      tasteChanges.value += 1;
      tell(texts.saved, { label: texts.seeList, run: () => goToPart("discover") });
    } catch (refusal) {
      setProblem(refusal);
    }
  };
  const isSaved = areSame(chosen, profile);
  return (
    <section class="card panel-card" aria-labelledby="account-taste">
      <h2 id="account-taste">{texts.title}</h2>
      <p class="dim">{texts.help}</p>
      <GenreChips chosen={chosen.favorite_genres} onChange={(favorite_genres) => set({ favorite_genres })} />
      <Artists chosen={chosen.favorite_artists} onChange={(favorite_artists) => set({ favorite_artists })} />
      <Chips
        label={texts.moods}
        names={MOODS}
        chosen={chosen.moods}
        most={MOODS.length}
        spoken={(mood) => texts.mood[mood as Mood] ?? mood}
        onToggle={(mood) => set({ moods: toggled(chosen.moods, mood) })}
      />
      <p class="problem" role="alert">
        {problem !== null && accountSentence(problem)}
      </p>
      <div class="panel-buttons">
        <button type="button" class="button main" onClick={() => void save()}>
          {texts.save}
        </button>
        {isSaved && (
          <button type="button" class="button" onClick={() => goToPart("discover")}>
            {texts.seeList}
          </button>
        )}
      </div>
    </section>
  );
}

/** Tracks that sound like one: each opens, and can be queued. */

import type { ChartTrack } from "../../../generated/api.ts";
import { Cover } from "../../../ui/cover.tsx";
import { laterWords } from "../../../words/index.ts";
import { Add } from "../add.tsx";
import { percent } from "./formats.ts";

interface Props {
  track: ChartTrack;
  onOpen: (isrc: string) => void;
  onTell: (told: string) => void;
}

export function Similar({ track: { similar }, onOpen, onTell }: Props) {
  const texts = laterWords().chartTrack;
  const nothing = similar.status === "missing" ? texts.similarUnknown : texts.similarNone;
  return (
    <section class="card panel-card" aria-labelledby="chart-track-similar">
      <h3 id="chart-track-similar">{texts.similar}</h3>
      {similar.tracks.length === 0 && <p class="dim">{nothing}</p>}
      <ul class="chart-track-similar">
        {similar.tracks.map(({ isrc, name, artist, similarity }) => (
          <li class="chart-track-row" key={isrc}>
            <button type="button" class="chart-track-open" onClick={() => onOpen(isrc)}>
              <Cover url={null} seed={artist} size={44} />
              <span class="chart-track-words">
                <span class="chart-track-name one-line" dir="auto">
                  {name}
                </span>
                <span class="dim small one-line numbers" dir="auto">
                  <bdi>{artist}</bdi> · {texts.alike(percent(similarity))}
                </span>
              </span>
            </button>
            <Add line={{ isrc, name, artist }} onTell={onTell} />
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Puts a track of the charts into the queue, and then says where it stands. */

import { addOfChart, chartStanding, libraryTrackOf } from "../../../store/chart_track.ts";
import { hasNoAnswer, sentenceOf } from "../../../store/problems.ts";
import { tell } from "../../../store/toasts.ts";
import { PlaceButton } from "../../../ui/place_button.tsx";
import { laterWords, words } from "../../../words/index.ts";

interface Props {
  isrc: string;
  name: string;
  artist: string;
  /** Is told what was done, for whoever does not see it. */
  onTell: (told: string) => void;
}

export function Add({ isrc, name, artist, onTell }: Props) {
  const { library, ordinal } = words();
  const standing = chartStanding(isrc);
  const title = libraryTrackOf(isrc)?.title ?? name;
  const label = {
    free: () => library.addNamed(name, artist),
    pending: () => library.pendingNamed(title),
    queued: () => library.queuedNamed(title, standing.kind === "queued" ? ordinal(standing.place) : ""),
  }[standing.kind]();
  const add = async () => {
    try {
      if (await addOfChart(isrc)) onTell(library.added(name));
    } catch (problem) {
      tell(hasNoAnswer(problem) ? laterWords().chartTrack.addFailed : sentenceOf(problem));
    }
  };
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={label}
      place={standing.kind === "free" ? "" : ordinal(standing.place)}
      onPress={() => void add()}
    />
  );
}

/** Puts a track of a chart into the queue, and then says where it stands. */

import { nameOfAdding, placeText } from "../../store/adding.ts";
import { type Addable, addLine, hasLeftLibrary, standingOfLine } from "../../store/chart_adding.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { tell } from "../../store/toasts.ts";
import { PlaceButton } from "../../ui/place_button.tsx";
import { laterWords, words } from "../../words/index.ts";

interface Props {
  line: Addable;
  /** Is told what was done, for whoever does not see it. */
  onTell: (told: string) => void;
}

export function Add({ line, onTell }: Props) {
  const { history, library } = words();
  const standing = standingOfLine(line);
  if (hasLeftLibrary(line)) return <span class="dim small charts-gone">{history.gone}</span>;
  const add = async () => {
    try {
      if (await addLine(line)) onTell(library.added(line.name));
    } catch (problem) {
      tell(hasNoAnswer(problem) ? laterWords().charts.notAdded : sentenceOf(problem));
    }
  };
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={nameOfAdding({ title: line.name, artist: line.artist }, standing)}
      place={placeText(standing)}
      onPress={() => void add()}
    />
  );
}

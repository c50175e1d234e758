/** The recommended tracks, each with its reason and what one can do with it. */

import { useRef, useState } from "preact/hooks";
import { account } from "../../store/account.ts";
import { addingName, goneTracks, placeText, standingOf } from "../../store/adding.ts";
import {
  addRecommended,
  isOfLibrary,
  isOfRoom,
  type Opinion,
  offered,
  opinions,
  type Recommendation,
  recommended,
  say,
  whose,
} from "../../store/discover.ts";
import { allowedCover } from "../../store/page.ts";
import { goToPart } from "../../store/place.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { reasonOf } from "../../store/reasons.ts";
import { tell } from "../../store/toasts.ts";
import { Cover } from "../../ui/cover.tsx";
import { focusBehind } from "../../ui/focus.ts";
import { IconButton } from "../../ui/icon_button.tsx";
import { PlaceButton } from "../../ui/place_button.tsx";
import { shortened } from "../../ui/shortened.ts";
import { laterWords, words } from "../../words/index.ts";

export function List() {
  const [told, setTold] = useState("");
  const texts = laterWords().discover;
  return (
    <>
      {offered.value.length === 0 && <Nothing />}
      {parts().map(({ title, list }) => (
        <>
          {title && <h2 class="discover-part">{title}</h2>}
          <ul class="discover-list" aria-label={title || texts.list}>
            {list.map((one) => (
              <Row key={one.id} one={one} onTell={setTold} />
            ))}
          </ul>
        </>
      ))}
      <p class="spoken" role="status">
        {told}
      </p>
    </>
  );
}

interface Part {
  title: string;
  list: readonly Recommendation[];
}

/** One list; for somebody without an account, who sees no other, in two. */
function parts(): Part[] {
  const texts = laterWords().discover;
  const all = offered.value;
  if (whose.value === "room" || account.value) return [{ title: "", list: all }].filter(isNotEmpty);
  return [
    { title: texts.fitsRoom, list: all.filter((one) => !isPopular(one)) },
    { title: texts.popular, list: all.filter(isPopular) },
  ].filter(isNotEmpty);
}

function isNotEmpty({ list }: Part): boolean {
  return list.length > 0;
}

/** Everybody's choice, or nobody's yet: what is new. */
function isPopular({ reasons: [best] }: Recommendation): boolean {
  return best?.kind === "popular" || best?.kind === "new_here";
}

interface RowProps {
  one: Recommendation;
  onTell: (told: string) => void;
}

function Row({ one, onTell }: RowProps) {
  const { clock } = words();
  const { track } = one;
  return (
    <li class="discover-row">
      <div class="discover-track">
        <Cover url={allowedCover(track.cover_url)} seed={track.artist} size={48} />
        <div class="discover-words">
          <span class="discover-title one-line" dir="auto">
            {track.title}
          </span>
          <span class="dim small one-line" dir="auto">
            <bdi>{track.artist}</bdi>
            {track.duration_seconds !== null && ` · ${clock(track.duration_seconds)}`}
          </span>
          <span class="small discover-reason">
            <bdi>{reasonOf(one)}</bdi>
          </span>
        </div>
      </div>
      <div class="discover-deeds">
        {account.value && <Opinions one={one} onTell={onTell} />}
        <Add one={one} onTell={onTell} />
      </div>
    </li>
  );
}

function Opinions({ one, onTell }: RowProps) {
  const place = useRef<HTMLSpanElement>(null);
  const texts = laterWords().discover;
  const { title } = one.track;
  const isLiked = opinions.value.get(one.id) === "like";
  const give = async (opinion: Opinion) => {
    const row = place.current?.closest("li") ?? null;
    const goOn = opinion === "dislike" ? focusBehind(row) : () => {};
    const saying = say(opinion, one);
    onTell(opinion === "like" ? texts.liked(title) : texts.dislikeDone(title));
    // Once it is drawn.
    setTimeout(goOn);
    try {
      await saying;
      if (opinion === "dislike") tell(texts.dislikeDone(shortened(title)));
    } catch (problem) {
      onTell("");
      tell(hasNoAnswer(problem) ? texts.notKept : sentenceOf(problem));
    }
  };
  return (
    <span ref={place}>
      <IconButton icon="ban" label={texts.dislike(title)} onClick={() => void give("dislike")} />
      <IconButton
        icon="heart"
        label={texts.like(title)}
        aria-pressed={isLiked}
        onClick={() => void (isLiked || give("like"))}
      />
    </span>
  );
}

function Add({ one, onTell }: RowProps) {
  const { track } = one;
  const { history, library } = words();
  const standing = isOfLibrary(track) ? standingOf(track.id) : ({ kind: "free" } as const);
  if (isOfLibrary(track) && goneTracks.value.has(track.id))
    return <span class="dim small">{history.gone}</span>;
  const add = async () => {
    try {
      if (await addRecommended(one)) onTell(library.added(track.title));
    } catch (problem) {
      tell(hasNoAnswer(problem) ? laterWords().discover.notKept : sentenceOf(problem));
    }
  };
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={isOfLibrary(track) ? addingName(track) : library.addNamed(track.title, track.artist)}
      place={placeText(standing)}
      onPress={() => void add()}
    />
  );
}

function Nothing() {
  const texts = laterWords().discover;
  const isForRoom = isOfRoom.value;
  const isSeen = Boolean(recommended.value.answer?.recommendations.length);
  return (
    <div class="empty">
      <p>{isSeen ? texts.allSeen : isForRoom ? texts.roomEmpty : texts.empty}</p>
      {!isSeen && <p class="dim">{isForRoom ? texts.roomEmptyHelp : texts.emptyHelp}</p>}
      {!isForRoom && (
        <button type="button" class="button" onClick={() => goToPart("account")}>
          {texts.toTaste}
        </button>
      )}
    </div>
  );
}

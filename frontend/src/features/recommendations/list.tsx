/** The recommended tracks, each with its reason and its actions. */

import { Fragment } from "preact";
import { useMemo, useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { addButtonLabel, goneTracks, positionText, queuePositionOf } from "../../store/add_track.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { account } from "../../store/identity.ts";
import {
  addRecommended,
  isInLibrary,
  isOfRoom,
  listScope,
  type Opinion,
  opinions,
  type Recommendation,
  recommended,
  saveOpinion,
  visibleRecommendations,
} from "../../store/recommendations.ts";
import { goToPart } from "../../store/router.ts";
import { allowedCoverUrl } from "../../store/server_info.ts";
import { reasonText, variedReasons } from "../../store/suggestions.ts";
import { showToast, truncate } from "../../store/toasts.ts";
import { trackFacts } from "../../store/track_facts.ts";
import { Cover } from "../../ui/cover.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { PlaceButton } from "../../ui/place_button.tsx";

export function RecommendationList() {
  const [announcement, setAnnouncement] = useState("");
  const texts = lazyMessages().discover;
  return (
    <>
      {visibleRecommendations.value.length === 0 && <EmptyList />}
      {listSections().map(({ title, list }) => (
        <Fragment key={title}>
          {title && <h3 class="discover-part">{title}</h3>}
          <ul class="discover-list" aria-label={title || texts.list}>
            {withReasons(list).map(({ one, reason }) => (
              <Row key={one.id} one={one} reason={reason} onAnnounce={setAnnouncement} />
            ))}
          </ul>
        </Fragment>
      ))}
      <p class="spoken" role="status">
        {announcement}
      </p>
    </>
  );
}

interface ListSection {
  title: string;
  list: readonly Recommendation[];
}

/** One list; for users without an account two, because they have no other list. */
function listSections(): ListSection[] {
  const texts = lazyMessages().discover;
  const all = visibleRecommendations.value;
  if (all.every(isNew)) return [{ title: texts.newHere, list: all }].filter(isNotEmpty);
  if (listScope.value === "room" || account.value) return [{ title: "", list: all }].filter(isNotEmpty);
  return [
    { title: texts.fitsRoom, list: all.filter((one) => !isPopular(one)) },
    { title: texts.popular, list: all.filter(isPopular) },
  ].filter(isNotEmpty);
}

/** If all are new, the heading says so. */
function withReasons(list: readonly Recommendation[]): { one: Recommendation; reason: string }[] {
  const reasons = visibleRecommendations.value.every(isNew) ? [] : variedReasons(list);
  return list.map((one, index) => {
    const reason = reasons[index];
    return { one, reason: reason ? reasonText(one, reason) : "" };
  });
}

function isNotEmpty({ list }: ListSection): boolean {
  return list.length > 0;
}

/** If all are new, one heading says so. */
function isNew({ reasons: [best] }: Recommendation): boolean {
  return best?.kind === "new_here";
}

/** Popular with all users, or new. */
function isPopular({ reasons: [best] }: Recommendation): boolean {
  return best?.kind === "popular" || best?.kind === "new_here";
}

interface RowProps {
  one: Recommendation;
  onAnnounce: (text: string) => void;
}

/** As high as one of the library; a press beside its button opens the sheet, where everything is in full. */
function Row({ one, reason, onAnnounce }: RowProps & { reason: string }) {
  const [isOpen, setOpen] = useState(false);
  const title = useRef<HTMLButtonElement>(null);
  const { clock } = messages();
  const { track } = one;
  const close = () => {
    setOpen(false);
    title.current?.focus({ preventScroll: true });
  };
  return (
    <li class="discover-row">
      <Cover url={allowedCoverUrl(track.cover_url)} seed={track.artist} size={44} />
      <div class="discover-text">
        <button
          type="button"
          class="discover-title one-line"
          dir="auto"
          aria-haspopup="menu"
          ref={title}
          onClick={() => setOpen(true)}
        >
          {track.title}
        </button>
        <span class="dim small one-line" dir="auto">
          <bdi>{track.artist}</bdi>
          {track.duration_seconds !== null && ` · ${clock(track.duration_seconds)}`}
        </span>
        {reason && (
          <span class="small discover-reason">
            <bdi class="one-line">{reason}</bdi>
          </span>
        )}
      </div>
      {opinions.value.get(one.id) === "like" && <Icon name="heart" size={18} />}
      <AddButton one={one} onAnnounce={onAnnounce} />
      {isOpen && title.current && (
        <RecommendationSheet
          one={one}
          onAnnounce={onAnnounce}
          row={title.current.closest("li")}
          onClose={close}
        />
      )}
    </li>
  );
}

function RecommendationSheet({
  one,
  onAnnounce,
  row,
  onClose,
}: RowProps & { row: HTMLElement | null; onClose: () => void }) {
  const { discover, adding } = lazyMessages();
  const { track } = one;
  const anchor = useMemo(() => (row ?? document.body).getBoundingClientRect(), [row]);
  const isLiked = opinions.value.get(one.id) === "like";
  const isQueued = isInLibrary(track) && queuePositionOf(track.id).kind !== "free";
  const give = (opinion: Opinion) => {
    const goOn = opinion === "dislike" ? focusBehind(row) : () => {};
    void submitOpinion(opinion, one, onAnnounce);
    // Once it is drawn.
    setTimeout(goOn);
  };
  const entries: MenuEntry[] = [
    {
      icon: isQueued ? "up" : "add",
      text: isQueued ? adding.vote : adding.add,
      run: () => void addTrack(one, onAnnounce),
      isDisabled: isInLibrary(track) && goneTracks.value.has(track.id),
    },
  ];
  if (account.value) {
    entries.push(
      { icon: "heart", text: discover.like, run: () => give("like"), isDisabled: isLiked },
      { icon: "ban", text: discover.dislike, run: () => give("dislike") },
    );
  }
  return (
    <Menu
      label={messages().queue.more(track.title)}
      entries={entries}
      anchor={anchor}
      about={[...trackFacts(track), reasonText(one)].filter(Boolean)}
      onClose={onClose}
    />
  );
}

async function submitOpinion(
  opinion: Opinion,
  one: Recommendation,
  onAnnounce: RowProps["onAnnounce"],
): Promise<void> {
  const texts = lazyMessages().discover;
  const { title } = one.track;
  onAnnounce(opinion === "like" ? texts.liked(title) : texts.dislikeDone(title));
  try {
    await saveOpinion(opinion, one);
    if (opinion === "dislike") showToast(texts.dislikeDone(truncate(title)));
  } catch (problem) {
    onAnnounce("");
    showToast(isUnreachable(problem) ? texts.notSaved : errorMessage(problem));
  }
}

async function addTrack(one: Recommendation, onAnnounce: RowProps["onAnnounce"]): Promise<void> {
  try {
    if (await addRecommended(one)) onAnnounce(messages().library.added(one.track.title));
  } catch (problem) {
    showToast(isUnreachable(problem) ? lazyMessages().discover.notSaved : errorMessage(problem));
  }
}

function AddButton({ one, onAnnounce }: RowProps) {
  const { track } = one;
  const { library } = messages();
  const { history } = lazyMessages();
  const standing = isInLibrary(track) ? queuePositionOf(track.id) : ({ kind: "free" } as const);
  if (isInLibrary(track) && goneTracks.value.has(track.id))
    return <span class="dim small">{history.gone}</span>;
  return (
    <PlaceButton
      state={standing.kind === "queued" ? "placed" : standing.kind}
      label={isInLibrary(track) ? addButtonLabel(track) : library.addNamed(track.title, track.artist)}
      place={positionText(standing)}
      onPress={() => void addTrack(one, onAnnounce)}
    />
  );
}

function EmptyList() {
  const texts = lazyMessages().discover;
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

const FOCUSABLE = "a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex='0']";

/**
 * Call it before `element` is removed, and the returned function afterwards: it focuses the next control behind it.
 */
export function focusBehind(element: Element | null): () => void {
  if (!element) return () => {};
  const following = Node.DOCUMENT_POSITION_FOLLOWING;
  const behind = [...document.querySelectorAll<HTMLElement>(FOCUSABLE)].filter(
    (one) => !element.contains(one) && element.compareDocumentPosition(one) & following,
  );
  return () => {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body || element.contains(activeElement))
      behind.find((one) => one.isConnected && one.offsetParent !== null)?.focus();
  };
}

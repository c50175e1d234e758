/** Dialogs that open when a track is added: its sheet, the question about another version of it, the prompt for a name. */

import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import {
  addAfterNamePrompt,
  addOnce,
  addWithoutName,
  goneTracks,
  namePrompt,
  type OpenTrack,
  otherVersionPrompt,
  queuePositionOf,
  trackSheet,
  voteForQueued,
} from "../../store/add_track.ts";
import { nameErrorMessage } from "../../store/api_errors.ts";
import { MAX_NAME_LENGTH, saveName, wasNameAsked } from "../../store/identity.ts";
import { revealInQueue, showPart } from "../../store/router.ts";
import { trackFacts } from "../../store/track_facts.ts";
import { queuedTracks } from "../../store/up_next.ts";
import type { Track } from "../../sync/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Menu, type MenuEntry } from "../../ui/menu.tsx";
import { InlineForm } from "../../ui/text_field.tsx";
import "./add_dialogs.css";

export function AddDialogs() {
  const track = namePrompt.value;
  return (
    <>
      {trackSheet.value && <TrackSheet {...trackSheet.value} />}
      {otherVersionPrompt.value && <OtherVersionDialog />}
      {track && <NameDialog track={track} />}
    </>
  );
}

/** Prompts for a name once, with the first addition; none is required. */
function NameDialog({ track }: { track: Track }) {
  const place = useRef<HTMLDivElement>(null);
  const texts = lazyMessages().adding;
  useLayoutEffect(() => place.current?.querySelector("input")?.focus(), []);
  const close = () => {
    namePrompt.value = null;
  };
  const add = () => {
    wasNameAsked.value = "yes";
    addWithoutName();
  };
  const addAs = async (name: string) => {
    if (!name) return lazyMessages().guest.empty;
    try {
      await saveName(name);
    } catch (problem) {
      return nameErrorMessage(problem);
    }
    add();
    return null;
  };
  return (
    <Dialog title={texts.addAs} closeLabel={messages().app.close} onClose={close}>
      <div class="name-dialog" ref={place}>
        <p class="dim" dir="auto">
          <bdi>{track.title}</bdi> · <bdi>{track.artist}</bdi>
        </p>
        <InlineForm
          label={lazyMessages().guest.question}
          value=""
          maxLength={MAX_NAME_LENGTH}
          submitLabel={texts.add}
          autocomplete="nickname"
          help={lazyMessages().guest.help}
          onSubmit={addAs}
        />
        <button type="button" class="button quiet" onClick={add}>
          {texts.withoutName}
        </button>
      </div>
    </Dialog>
  );
}

/** All that is known of a track, and the way into the queue or to its position there. */
export function TrackSheet({ track, row }: OpenTrack) {
  const anchor = useMemo(() => row.getBoundingClientRect(), [row]);
  const close = () => {
    trackSheet.value = null;
    row.focus({ preventScroll: true });
  };
  return (
    <Menu
      label={messages().queue.more(track.title)}
      entries={goneTracks.value.has(track.id) ? [] : menuEntries(track)}
      anchor={anchor}
      about={trackFacts(track)}
      onClose={close}
    />
  );
}

function menuEntries(track: Track): MenuEntry[] {
  const { adding } = lazyMessages();
  const { queue, nowPlaying } = messages();
  const found = queuedTracks.value.get(track.id);
  const add = () => void addOnce(track);
  if (!found) return [{ icon: "add", text: queue.add, run: add }];
  const isPending = queuePositionOf(track.id).kind === "pending";
  const showIt = () => {
    showPart("queue");
    revealInQueue(found.item.key);
  };
  const vote: MenuEntry = { icon: "up", text: adding.vote, run: add, isDisabled: isPending };
  const locate: MenuEntry = { icon: "locate", text: nowPlaying.show, run: showIt };
  return found.place ? [vote, locate] : [locate];
}

/** Asks before another version of a queued track is added. */
export function OtherVersionDialog() {
  const asked = otherVersionPrompt.value;
  const found = asked && queuedTracks.value.get(asked.queued.track_id);
  const texts = lazyMessages().adding;
  const close = () => {
    otherVersionPrompt.value = null;
  };
  if (!asked) return null;
  const { track, queued } = asked;
  const { title, artist, album } = queued.track;
  return (
    <Dialog title={texts.title} closeLabel={messages().app.close} onClose={close}>
      <p dir="auto">{texts.question(title, artist, album)}</p>
      <div class="twin-buttons">
        {found && (
          <button
            type="button"
            class="button main"
            onClick={() => {
              close();
              void voteForQueued(found.item, found.place);
            }}
          >
            {texts.vote}
          </button>
        )}
        <button
          type="button"
          class="button"
          onClick={() => {
            close();
            addAfterNamePrompt(track);
          }}
        >
          {texts.addAnyway(track.album)}
        </button>
      </div>
    </Dialog>
  );
}

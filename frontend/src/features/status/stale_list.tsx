/** What was done too long ago to be sent without asking: each in words, to be sent after all or forgotten. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { dismissStale, nameOfRoom, sendStale, view } from "../../store/room.ts";
import type { Action, StoredAction } from "../../sync/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import type { Words } from "../../words/en.ts";
import { words } from "../../words/index.ts";
import "./stale_list.css";

export function StaleList({ onClose }: { onClose: () => void }) {
  const { stale } = view.value;
  const texts = words().stale;
  const list = useRef<HTMLUListElement>(null);
  const index = useRef(0);
  const close = () => {
    onClose();
    // With the last of them its banner goes, and the button that focus would come back to.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body) {
        document.querySelector<HTMLElement>(".status-button")?.focus();
      }
    });
  };
  useLayoutEffect(() => {
    if (stale.length === 0) close();
    // The button that focus was on has gone with its line; the next line takes its place.
    else if (document.activeElement === document.body) {
      const line = list.current?.children[Math.min(index.current, stale.length - 1)];
      line?.querySelector("button")?.focus();
    }
  }, [stale.length]);
  const all = (decide: (opId: string) => void) => {
    for (const { opId } of stale) decide(opId);
  };
  return (
    <Dialog title={texts.title} closeLabel={words().app.close} onClose={onClose}>
      <p class="dim">{texts.help}</p>
      {stale.length > 1 && (
        <div class="stale-buttons">
          <button type="button" class="button" onClick={() => all(sendStale)}>
            {texts.sendAll}
          </button>
          <button type="button" class="button quiet" onClick={() => all(dismissStale)}>
            {texts.forgetAll}
          </button>
        </div>
      )}
      <ul class="stale-list" ref={list}>
        {stale.map((stored, at) => (
          <Line
            key={stored.opId}
            stored={stored}
            onDecide={() => {
              index.current = at;
            }}
          />
        ))}
      </ul>
    </Dialog>
  );
}

function Line({ stored, onDecide }: { stored: StoredAction; onDecide: () => void }) {
  const { stale, dayAndTime } = words();
  const { opId, madeAt } = stored;
  const what = sentenceOf(stored, words());
  const decide = (how: (opId: string) => void) => () => {
    onDecide();
    how(opId);
  };
  return (
    <li class="stale-line">
      <p class="stale-words">
        <span dir="auto">{what}</span>
        <span class="dim small numbers">{dayAndTime(new Date(madeAt).toISOString())}</span>
      </p>
      <span class="stale-buttons">
        <button
          type="button"
          class="button"
          aria-label={`${stale.send}: ${what}`}
          onClick={decide(sendStale)}
        >
          {stale.send}
        </button>
        <button
          type="button"
          class="button quiet"
          aria-label={`${stale.forget}: ${what}`}
          onClick={decide(dismissStale)}
        >
          {stale.forget}
        </button>
      </span>
    </li>
  );
}

/** The room is named where it isn't the one that is shown. */
function sentenceOf(stored: StoredAction, texts: Words): string {
  const deed = deedOf(stored, texts);
  const { room } = stored;
  return room === view.value.room ? deed : texts.stale.inRoom(deed, nameOfRoom(room));
}

/** "Remove So What" */
export function deedOf({ action, title }: Pick<StoredAction, "action" | "title">, words: Words): string {
  const { stale, queue, nowPlaying } = words;
  switch (action.kind) {
    case "add":
      return stale.add(title);
    case "move":
      return queue.move(title);
    case "vote":
      return voteOf(action, words)(title);
    case "play":
      return nowPlaying.play(title);
    case "stop":
      return queue.stop;
    case "remove":
      return stale.remove(title);
    case "restore":
      return stale.restore(title);
  }
}

function voteOf({ value }: Action & { kind: "vote" }, { stale, queue }: Words): (title: string) => string {
  if (value === 0) return stale.takeVoteBack;
  return value > 0 ? queue.voteUp : queue.voteDown;
}

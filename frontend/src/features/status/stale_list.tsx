/** Unsent changes that are too old to be sent without asking: the user sends or discards each. */

import { useLayoutEffect, useRef } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { discardStale, nameOfRoom, sendStale, view } from "../../store/room.ts";
import type { Action, StoredAction } from "../../sync/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import "./stale_list.css";

export function StaleList({ onClose }: { onClose: () => void }) {
  const { stale } = view.value;
  const texts = lazyMessages().stale;
  const list = useRef<HTMLUListElement>(null);
  const index = useRef(0);
  useLayoutEffect(
    () => () => {
      // With the last of them its banner goes, and the button that focus would come back to. This one is always there.
      requestAnimationFrame(() => {
        if (document.activeElement === document.body) {
          document.querySelector<HTMLElement>(".app-invite")?.focus();
        }
      });
    },
    [],
  );
  useLayoutEffect(() => {
    if (stale.length === 0) onClose();
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
    <Dialog title={texts.title} closeLabel={messages().app.close} onClose={onClose}>
      <p class="dim">{texts.help}</p>
      {stale.length > 1 && (
        <div class="stale-buttons">
          <button type="button" class="button" onClick={() => all(sendStale)}>
            {texts.sendAll}
          </button>
          <button type="button" class="button quiet" onClick={() => all(discardStale)}>
            {texts.discardAll}
          </button>
        </div>
      )}
      <ul class="stale-list" ref={list}>
        {stale.map((stored, at) => (
          <StaleAction
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

function StaleAction({ stored, onDecide }: { stored: StoredAction; onDecide: () => void }) {
  const { stale } = lazyMessages();
  const { dayAndTime } = messages();
  const { opId, madeAt } = stored;
  const what = messageOf(stored);
  const decide = (how: (opId: string) => void) => () => {
    onDecide();
    how(opId);
  };
  return (
    <li class="stale-line">
      <p class="stale-text">
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
          onClick={decide(discardStale)}
        >
          {stale.forget}
        </button>
      </span>
    </li>
  );
}

/** The room is named where it isn't the one that is shown. */
function messageOf(stored: StoredAction): string {
  const text = actionText(stored);
  const { room } = stored;
  return room === view.value.room ? text : lazyMessages().stale.inRoom(text, nameOfRoom(room));
}

/** "Remove So What" */
function actionText({ action, title }: StoredAction): string {
  const { queue, nowPlaying } = messages();
  const { stale } = lazyMessages();
  switch (action.kind) {
    case "add":
      return stale.add(title);
    case "move":
      return queue.move(title);
    case "vote":
      return voteText(action)(title);
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

function voteText({ value }: Action & { kind: "vote" }): (title: string) => string {
  const { queue } = messages();
  if (value === 0) return lazyMessages().stale.takeVoteBack;
  return value > 0 ? queue.voteUp : queue.voteDown;
}

/** Up, the sum of all votes, down; the user's own vote is filled. */

import { useEffect, useRef, useState } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import type { ShownItem } from "../../sync/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { vote } from "./actions.ts";
import "./rolling_number.css";

interface Props {
  item: ShownItem;
  tabIndex: number;
}

export function VoteButtons({ item, tabIndex }: Props) {
  return (
    <div class="queue-votes">
      <VoteButton item={item} direction={1} tabIndex={tabIndex} />
      <VoteSum item={item} />
      <VoteButton item={item} direction={-1} tabIndex={tabIndex} />
    </div>
  );
}

function VoteButton({ item, direction, tabIndex }: Props & { direction: 1 | -1 }) {
  const { queue } = messages();
  const name = (direction === 1 ? queue.voteUp : queue.voteDown)(item.track.title);
  const way = direction === 1 ? "up" : "down";
  return (
    <button
      type="button"
      class="queue-vote"
      data-way={way}
      data-control={way}
      aria-label={name}
      title={name}
      aria-pressed={item.myVote === direction}
      tabIndex={tabIndex}
      onClick={() => vote(item, direction)}
    >
      <Icon name={way} size={18} />
    </button>
  );
}

// Shorter delays show no clock.
const PENDING_AFTER_MILLISECONDS = 400;

/** While an action on the item is pending for longer, a clock replaces the number. */
function VoteSum({ item }: { item: ShownItem }) {
  const { queue } = messages();
  const isLate = useIsLate(item.pending.length > 0);
  const side = item.votes > 0 ? "up" : item.votes < 0 ? "down" : undefined;
  return (
    <span class="queue-sum-of-votes" data-side={side} data-pending={isLate || undefined}>
      <span class="spoken">{isLate ? queue.waiting : queue.votesSpoken(item.votes)}</span>
      {isLate ? (
        <Icon name="clock" size={18} />
      ) : (
        <span class="queue-number" aria-hidden="true">
          <RollingNumber value={item.votes} text={queue.votes(item.votes)} />
        </span>
      )}
    </span>
  );
}

/**
 * The number is taken out and put in again, not hidden by a style: in Chromium 156 it stays hidden when its row moves
 * meanwhile.
 */
function useIsLate(isPending: boolean): boolean {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    setLate(false);
    if (!isPending) return;
    const timer = setTimeout(() => setLate(true), PENDING_AFTER_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isPending]);
  return isLate && isPending;
}

interface RollingNumberProps {
  value: number;
  /** How it is written. */
  text: string;
}

export function RollingNumber({ value, text }: RollingNumberProps) {
  const shown = useRef({ value, text, old: "", turn: "", count: 0 });
  const { current } = shown;
  if (value !== current.value) {
    const turn = value > current.value ? "up" : "down";
    shown.current = { value, text, old: current.text, turn, count: current.count + 1 };
  }
  const { old, turn, count } = shown.current;
  // Another key creates another element, whose animation starts again.
  return (
    <span class="rolling" data-turn={turn || undefined} key={count}>
      <span class="rolling-new">{text}</span>
      {old && <span class="rolling-old">{old}</span>}
    </span>
  );
}

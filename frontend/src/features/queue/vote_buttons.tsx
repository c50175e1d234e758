/** Up, the sum of all votes, down; the own vote filled. */

import { useEffect, useState } from "preact/hooks";
import type { ShownItem } from "../../sync/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { RollingNumber } from "../../ui/rolling_number.tsx";
import { words } from "../../words/index.ts";
import { vote } from "./doings.ts";

interface Props {
  item: ShownItem;
  tabIndex: number;
}

export function VoteButtons({ item, tabIndex }: Props) {
  return (
    <div class="queue-votes">
      <VoteButton item={item} direction={1} tabIndex={tabIndex} />
      <Sum item={item} />
      <VoteButton item={item} direction={-1} tabIndex={tabIndex} />
    </div>
  );
}

function VoteButton({ item, direction, tabIndex }: Props & { direction: 1 | -1 }) {
  const { queue } = words();
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

// What is answered at once needs no clock.
const PATIENCE_MILLISECONDS = 400;

/** While something is under way with the item, and takes its time, a clock stands for the number. */
function Sum({ item }: { item: ShownItem }) {
  const { queue } = words();
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
    const timer = setTimeout(() => setLate(true), PATIENCE_MILLISECONDS);
    return () => clearTimeout(timer);
  }, [isPending]);
  return isLate && isPending;
}

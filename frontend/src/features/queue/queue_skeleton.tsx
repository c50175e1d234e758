/** The shape of a queue, until there is one. */

import { words } from "../../words/index.ts";

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];

export function QueueSkeleton() {
  return (
    <div class="queue-list" aria-busy="true">
      <p class="spoken" role="status">
        {words().queue.loading}
      </p>
      <div class="queue-skeletons" aria-hidden="true">
        {ROWS.map((row) => (
          <div class="queue-skeleton" key={row}>
            <span />
            <span />
          </div>
        ))}
      </div>
    </div>
  );
}

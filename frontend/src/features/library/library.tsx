/** Finding tracks and adding them. */

import { useEffect } from "preact/hooks";
import { found, isLooking, isStale, openLibrary, retryLibrary } from "../../store/library.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { Retry } from "../../ui/retry.tsx";
import { unheld } from "../../ui/unheld.ts";
import { words } from "../../words/index.ts";
import { Genres } from "./genres.tsx";
import { Nothing } from "./nothing.tsx";
import { Results, SkeletonRows } from "./results.tsx";
import { Search } from "./search.tsx";
import { Sorting } from "./sorting.tsx";
import "./library.css";

export const Library = unheld(function Library() {
  useEffect(openLibrary, []);
  return (
    <div class="library" aria-busy={isLooking.value}>
      <Search />
      <Genres />
      <div class="library-line">
        <Count />
        <Sorting />
      </div>
      <Found />
    </div>
  );
});

const Found = unheld(function Found() {
  const { pages, query } = found.value;
  const { total, problem } = pages.state.value;
  if (total === null) return problem ? <Problem problem={problem} isPart={false} /> : <SkeletonRows />;
  if (total === 0) return <Nothing query={query} />;
  return (
    <div class="library-found" data-stale={isStale.value || undefined}>
      <Results key={JSON.stringify(query)} pages={pages} />
      {problem !== null && <Problem problem={problem} isPart />}
    </div>
  );
});

/** How many there are, or that they are only near; said when it changes. */
function Count() {
  const { pages, query, isNear } = found.value;
  const { total, isLeast } = pages.state.value;
  const { library } = words();
  const count = total === null ? "" : isLeast ? library.countOver(total - 1) : library.count(total);
  return (
    <p class="dim small numbers" role="status">
      {isNear.value ? library.didYouMean(query.search) : count}
    </p>
  );
}

/** In place of the list, or over its end when only a part of it is missing: rows don't jump. */
function Problem({ problem, isPart }: { problem: unknown; isPart: boolean }) {
  const { library, app } = words();
  const isOffline = hasNoAnswer(problem);
  const part = isOffline ? library.needsNetworkKept : app.partFailed;
  const whole = isOffline ? library.needsNetwork : sentenceOf(problem);
  return (
    <Retry
      class={isPart ? "library-problem" : "empty"}
      text={isPart ? part : whole}
      label={app.retry}
      onRetry={retryLibrary}
    />
  );
}

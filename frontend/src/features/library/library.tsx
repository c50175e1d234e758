/** Finding tracks and adding them. */

import { useEffect } from "preact/hooks";
import { messages } from "../../locales/index.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { isSearching, isStale, openLibrary, retryLibrary, shownSearch } from "../../store/library.ts";
import { releaseVnodes } from "../../ui/hooks.ts";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { NoResults, RequestTrack } from "./no_results.tsx";
import { Results, SkeletonRows } from "./results.tsx";
import { Genres, Search, SortControl } from "./search.tsx";
import "./library.css";

export const Library = releaseVnodes(function Library() {
  useEffect(openLibrary, []);
  return (
    <div class="library" aria-busy={isSearching.value}>
      <h2 class="spoken">{messages().app.library}</h2>
      <Search />
      <Genres />
      <div class="library-line">
        <Count />
        {shownSearch.value.pages.state.value.total !== 0 && <SortControl />}
      </div>
      <LibraryContent />
    </div>
  );
});

const LibraryContent = releaseVnodes(function Found() {
  const { pages, query, isNear } = shownSearch.value;
  const { total, problem } = pages.state.value;
  if (total === null) return problem ? <Problem problem={problem} isPart={false} /> : <SkeletonRows />;
  if (total === 0) return <NoResults query={query} />;
  return (
    <div class="library-found" data-stale={isStale.value || undefined}>
      <Results key={JSON.stringify(query)} pages={pages} />
      {isNear.value && (
        <div class="library-similar">
          <RequestTrack key={query.search} text={query.search} />
        </div>
      )}
      {problem !== null && <Problem problem={problem} isPart />}
    </div>
  );
});

/** How many tracks match, or that these are only similar; announced when it changes. */
function Count() {
  const { pages, query, isNear } = shownSearch.value;
  const { total, isLeast } = pages.state.value;
  const { library } = messages();
  const count = !total ? "" : isLeast ? library.countOver(total - 1) : library.count(total);
  return (
    <p class="dim small numbers" role="status">
      {isNear.value ? library.didYouMean(query.search) : count}
    </p>
  );
}

/** In place of the list, or over its end when only a part of it is missing: rows don't jump. */
function Problem({ problem, isPart }: { problem: unknown; isPart: boolean }) {
  const { library, app } = messages();
  const isOffline = isUnreachable(problem);
  const part = isOffline ? library.needsNetworkKept : app.partFailed;
  const whole = isOffline ? library.needsNetwork : errorMessage(problem);
  return (
    <ErrorRetry
      class={isPart ? "library-problem" : "empty"}
      text={isPart ? part : whole}
      label={app.retry}
      onRetry={retryLibrary}
    />
  );
}

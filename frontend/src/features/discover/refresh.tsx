/** Having a new list made: the button, and how that goes. */

import { recommended } from "../../store/discover.ts";
import { isMaking, makeNewList, making } from "../../store/new_list.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { Icon } from "../../ui/icon.tsx";
import { laterWords, words } from "../../words/index.ts";

export function Refresh() {
  const { answer } = recommended.value;
  const texts = laterWords().discover;
  const madeAt = answer && (answer.stale ? texts.stale : texts.madeAt(when(answer.generated_at)));
  return (
    <div class="discover-line dim small numbers">
      <span class="discover-told">
        {madeAt} <span role="status">{told()}</span>
      </span>
      <button
        type="button"
        class="button discover-refresh"
        aria-disabled={isMaking() || undefined}
        onClick={() => void makeNewList()}
      >
        <Icon name="retry" />
        {texts.refresh}
      </button>
    </div>
  );
}

function told(): string {
  const texts = laterWords().discover;
  const now = making.value;
  switch (now.kind) {
    case "none":
      return "";
    case "under way":
      return texts.refreshing;
    case "long":
      return texts.takesLong;
    case "done":
      return texts.refreshed;
    case "failed":
      return texts.refreshFailed;
    case "too often":
      return texts.tooOften(now.minutes);
    case "problem":
      return hasNoAnswer(now.problem) ? texts.needsNetworkKept : sentenceOf(now.problem);
  }
}

/** The time alone is enough for today. */
function when(iso: string): string {
  const isToday = new Date(iso).toDateString() === new Date().toDateString();
  return isToday ? words().timeOfDay(iso) : words().dayAndTime(iso);
}

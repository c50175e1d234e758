/** Says what others did, a batch at a time, and what became of the own actions that were refused. */

import { useEffect, useState } from "preact/hooks";
import { onNotice, refreshRoom } from "../../store/room.ts";
import { tell } from "../../store/toasts.ts";
import type { Notice, StreamEvent } from "../../sync/index.ts";
import { words } from "../../words/index.ts";
import { refusalText } from "./refusals.ts";
import { sentenceOf } from "./sentences.ts";

/** Long enough for what belongs together, short enough to be news. */
const BATCH_MILLISECONDS = 1500;

export function Announcer() {
  const [{ sentence, count }, setSaid] = useState({ sentence: "", count: 0 });
  useEffect(() => listen((next) => setSaid((said) => ({ sentence: next, count: said.count + 1 }))), []);
  return (
    <p class="spoken" role="status" aria-live="polite" data-testid="announcer">
      {/* Another element each time: the same words once more would else be no change, and not be spoken. */}
      <span key={count}>{sentence}</span>
    </p>
  );
}

function listen(say: (sentence: string) => void): () => void {
  let batch: StreamEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  const flush = () => {
    timer = null;
    say(sentenceOf(batch, words()));
    batch = [];
  };
  const forget = onNotice((notice: Notice) => {
    if (notice.kind === "refused") tell(refusalText(notice.refusal, words()));
    if (notice.kind === "snapshot") void refreshRoom();
    if (notice.kind === "healed") say(words().status.healed);
    if (notice.kind !== "event" || notice.isOwn) return;
    batch.push(notice.event);
    timer ??= setTimeout(flush, BATCH_MILLISECONDS);
  });
  return () => {
    if (timer) clearTimeout(timer);
    forget();
  };
}

/** How others get in: a code to scan, a link to send; or what has to be done first. */

import { useEffect, useState } from "preact/hooks";
import { loadPageFacts, pageFacts, pageProblem } from "../../store/page.ts";
import { part } from "../../store/place.ts";
import { hasNoAnswer, sentenceOf } from "../../store/problems.ts";
import { roomName, view } from "../../store/room.ts";
import { roomLinks } from "../../store/sharing.ts";
import { CopyField } from "../../ui/copy_field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Qr } from "../../ui/qr.tsx";
import { Retry } from "../../ui/retry.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { words } from "../../words/index.ts";

export function Share() {
  const texts = words().rooms;
  const links = roomLinks.value;
  const isSeen = part.value === "room";
  useEffect(() => {
    if (isSeen) void loadPageFacts();
  }, [isSeen]);
  if (view.value.connection.kind === "ended") return null;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-share">
      <h2 id="rooms-share">{texts.share}</h2>
      {links.length > 0 ? <Links links={links} /> : <HowToOpen />}
    </section>
  );
}

function Links({ links }: { links: readonly string[] }) {
  const [chosen, setChosen] = useState("");
  const texts = words().rooms;
  const link = links.find((one) => new URL(one).host === chosen) ?? links[0] ?? "";
  return (
    <>
      <p class="dim">{texts.shareHelp}</p>
      {links.length > 1 && (
        <Segmented
          label={texts.whichAddress}
          value={new URL(link).host}
          options={links.map((one) => ({ value: new URL(one).host, label: new URL(one).host }))}
          onChange={setChosen}
        />
      )}
      <Qr text={link} label={texts.code(link)} />
      <CopyField
        label={texts.link}
        text={link}
        copyLabel={texts.copy}
        copiedText={texts.copied}
        selectedText={texts.selected}
      />
      {"share" in navigator && (
        <button type="button" class="button" onClick={() => void send(link)}>
          <Icon name="share" />
          {texts.send}
        </button>
      )}
    </>
  );
}

async function send(url: string): Promise<void> {
  try {
    await navigator.share({ title: roomName.value, text: words().rooms.sendText(roomName.value), url });
  } catch {
    // Thought better of it; the link is still there.
  }
}

function HowToOpen() {
  const texts = words().rooms;
  const problem = pageProblem.value;
  if (!pageFacts.value && problem !== null) {
    return (
      <Retry
        class="rooms-problem"
        text={hasNoAnswer(problem) ? texts.shareNeedsNetwork : sentenceOf(problem)}
        label={words().app.retry}
        onRetry={loadPageFacts}
      />
    );
  }
  if (!pageFacts.value) return <div class="skeleton" aria-hidden="true" />;
  return (
    <>
      <p>{texts.onlyHere}</p>
      <code class="rooms-command">./start-daphne.sh --lan</code>
      <p class="dim">{texts.onlyHereThen}</p>
    </>
  );
}

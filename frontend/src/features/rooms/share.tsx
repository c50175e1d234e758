/** How others get in: a code to scan, a link to send; or what has to be done first. */

import { useEffect, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, isUnreachable } from "../../store/api_errors.ts";
import { roomName, screenPath, view } from "../../store/room.ts";
import { part, requestSearchFocus, showPart } from "../../store/router.ts";
import {
  invitation,
  loadServerInfo,
  roomLinks,
  serverInfo,
  serverInfoProblem,
} from "../../store/server_info.ts";
import { CopyField } from "../../ui/copy_field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { SegmentedControl } from "../../ui/form_controls.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ErrorRetry } from "../../ui/lazy.tsx";
import { QrCode } from "../../ui/qr_code.tsx";
import "./rooms.css";

export function Share() {
  const texts = lazyMessages().rooms;
  const links = roomLinks.value;
  const isSeen = part.value === "room";
  useEffect(() => {
    if (isSeen) void loadServerInfo();
  }, [isSeen]);
  if (view.value.connection.kind === "ended") return null;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-share">
      <h2 id="rooms-share">{texts.share}</h2>
      {links.length > 0 ? <Links links={links} /> : <HowToShare />}
    </section>
  );
}

/** The same above everything, from wherever one is; of a new room with the next step. */
export function Invitation() {
  const texts = lazyMessages().rooms;
  const links = roomLinks.value;
  const isNew = invitation.value === "new";
  useEffect(() => void loadServerInfo(), []);
  const close = () => {
    invitation.value = null;
  };
  const addFirst = () => {
    close();
    showPart("library");
    requestSearchFocus();
  };
  return (
    <Dialog title={texts.inviteTo(roomName.value)} closeLabel={messages().app.close} onClose={close}>
      <div class="rooms-invitation">{links.length > 0 ? <Links links={links} /> : <HowToShare />}</div>
      {isNew && (
        <button type="button" class="button main" onClick={addFirst}>
          <Icon name="add" />
          {texts.addFirst}
        </button>
      )}
    </Dialog>
  );
}

function Links({ links }: { links: readonly string[] }) {
  const [chosen, setChosen] = useState("");
  const texts = lazyMessages().rooms;
  const link = links.find((one) => new URL(one).host === chosen) ?? links[0] ?? "";
  return (
    <>
      <p class="dim">{texts.shareHelp}</p>
      {links.length > 1 && (
        <SegmentedControl
          label={texts.whichAddress}
          value={new URL(link).host}
          options={links.map((one) => ({ value: new URL(one).host, label: new URL(one).host }))}
          onChange={setChosen}
        />
      )}
      <QrCode text={link} label={texts.code(link)} />
      <CopyField
        label={texts.link}
        text={link}
        copyLabel={texts.copy}
        copiedText={texts.copied}
        selectedText={texts.selected}
      />
      <a class="button quiet" href={screenPath(view.value.room)} target="_blank" rel="noopener">
        {texts.onScreen}
      </a>
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
    await navigator.share({
      title: roomName.value,
      text: lazyMessages().rooms.sendText(roomName.value),
      url,
    });
  } catch {
    // Thought better of it; the link is still there.
  }
}

function HowToShare() {
  const texts = lazyMessages().rooms;
  const problem = serverInfoProblem.value;
  if (!serverInfo.value && problem !== null) {
    return (
      <ErrorRetry
        class="rooms-problem"
        text={isUnreachable(problem) ? texts.shareNeedsNetwork : errorMessage(problem)}
        label={messages().app.retry}
        onRetry={loadServerInfo}
      />
    );
  }
  if (!serverInfo.value) return <div class="skeleton" aria-hidden="true" />;
  return (
    <>
      <p>{texts.onlyHere}</p>
      <code class="rooms-command">./start-daphne.sh --lan</code>
      <p class="dim">{texts.onlyHereThen}</p>
    </>
  );
}

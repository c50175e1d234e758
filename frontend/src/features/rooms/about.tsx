/** Keys, documents, the version, and what this connection can't do. */

import { isHelpShown } from "../../store/help.ts";
import { pageFacts, serverAddress } from "../../store/page.ts";
import { Icon } from "../../ui/icon.tsx";
import { words } from "../../words/index.ts";

export function About() {
  const texts = words().rooms;
  const facts = pageFacts.value;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-about">
      <h2 id="rooms-about">{texts.about}</h2>
      {!isSecureContext && <p>{texts.overHttp}</p>}
      <div class="rooms-buttons">
        <button
          type="button"
          class="button"
          aria-haspopup="dialog"
          onClick={() => {
            isHelpShown.value = true;
          }}
        >
          <Icon name="keyboard" />
          {texts.keys}
        </button>
      </div>
      <p>
        <a class="rooms-link" href={serverAddress("/api/docs/")}>
          {texts.docs}
        </a>
      </p>
      {facts && <p class="dim small numbers">{texts.version(facts.version)}</p>}
    </section>
  );
}

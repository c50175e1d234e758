/** What is stored about oneself: as a file, and erased. */

import { useState } from "preact/hooks";
import { accountSentence } from "../../store/account_problems.ts";
import { asMyself, deleteAccount, fetchExport } from "../../store/session.ts";
import { tell } from "../../store/toasts.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { download } from "../../ui/download.ts";
import { Icon } from "../../ui/icon.tsx";
import { laterWords, words } from "../../words/index.ts";

export function OwnData() {
  const texts = laterWords().account;
  const [problem, setProblem] = useState<unknown>(null);
  const save = async () => {
    try {
      const told = await asMyself(fetchExport);
      setProblem(null);
      download("tutti.json", "application/json", JSON.stringify(told, null, 2));
    } catch (refusal) {
      setProblem(refusal);
    }
  };
  return (
    <section class="card panel-card" aria-labelledby="account-data">
      <h2 id="account-data">{texts.data}</h2>
      <p class="dim">{texts.dataHelp}</p>
      <button type="button" class="button" onClick={() => void save()}>
        <Icon name="export" />
        {texts.export}
      </button>
      <p class="problem" role="alert">
        {problem !== null && accountSentence(problem)}
      </p>
      <Erase />
    </section>
  );
}

function Erase() {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const texts = laterWords().account;
  const erase = async () => {
    try {
      await deleteAccount();
      tell(laterWords().account.deleted);
    } catch (refusal) {
      setProblem(refusal);
    }
  };
  return (
    <div class="account-delete">
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {texts.delete}
      </button>
      {isAsking && (
        <Dialog title={texts.deleteQuestion} closeLabel={words().app.close} onClose={() => setAsking(false)}>
          <p>{texts.deleteHelp}</p>
          <p class="problem" role="alert">
            {problem !== null && accountSentence(problem)}
          </p>
          <div class="panel-buttons">
            <button type="button" class="button danger" onClick={() => void erase()}>
              {texts.deleteNow}
            </button>
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {words().app.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

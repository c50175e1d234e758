/** One's own name, and how the page looks to oneself. */

import { account, mayHaveAccount } from "../../store/account.ts";
import { guest, LONGEST_NAME, takeName } from "../../store/guest.ts";
import { goToPart } from "../../store/place.ts";
import { chooseLanguage, chosenLanguage, theme } from "../../store/preferences.ts";
import { problemOfName } from "../../store/problems.ts";
import { tell } from "../../store/toasts.ts";
import { LineForm } from "../../ui/line_form.tsx";
import { Segmented } from "../../ui/segmented.tsx";
import { bestLanguage, languageName, languages, words } from "../../words/index.ts";

export function You() {
  const texts = words().rooms;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-you">
      <h2 id="rooms-you">{texts.you}</h2>
      {account.value ? <p dir="auto">{texts.signedInAs(account.value.username)}</p> : <Name />}
      {mayHaveAccount && (
        <button type="button" class="button" onClick={() => goToPart("account")}>
          {account.value ? texts.toAccount : texts.toSignIn}
        </button>
      )}
      <Segmented
        label={texts.theme}
        value={theme.value}
        options={[
          { value: "", label: texts.likeSystem },
          { value: "light", label: texts.light },
          { value: "dark", label: texts.dark },
        ]}
        onChange={(value) => {
          theme.value = value;
        }}
      />
      <Language />
    </section>
  );
}

/** An account keeps its own. */
function Name() {
  const texts = words().rooms;
  const name = guest.value?.name ?? "";
  return (
    <LineForm
      key={name}
      label={texts.yourName}
      value={name}
      maxLength={LONGEST_NAME}
      submitLabel={texts.save}
      autocomplete="nickname"
      help={texts.yourNameHelp}
      onSubmit={rename}
    />
  );
}

async function rename(name: string): Promise<string | null> {
  const texts = words().guest;
  if (!name) return texts.empty;
  try {
    await takeName(name);
  } catch (problem) {
    return problemOfName(problem);
  }
  tell(texts.changed(name));
  return null;
}

/** A language comes over the network when it is chosen for the first time. */
async function choose(code: string): Promise<void> {
  const before = chosenLanguage.value;
  try {
    await chooseLanguage(code);
  } catch {
    chosenLanguage.value = before;
    tell(words().problems.noAnswer);
  }
}

function Language() {
  const texts = words().rooms;
  return (
    <div>
      <label class="label" for="rooms-language">
        {texts.language}
      </label>
      <select
        class="field rooms-select"
        id="rooms-language"
        value={chosenLanguage.value}
        onChange={(event) => void choose(event.currentTarget.value)}
      >
        <option value="">{texts.browsers(languageName(bestLanguage(navigator.languages)))}</option>
        {languages.map((code) => (
          <option value={code} lang={code} key={code}>
            {languageName(code)}
          </option>
        ))}
      </select>
    </div>
  );
}

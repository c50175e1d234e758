/** The user's name, theme and language. */

import { bestLanguage, languageName, languages, lazyMessages, messages } from "../../locales/index.ts";
import { nameErrorMessage } from "../../store/api_errors.ts";
import { account, guest, MAX_NAME_LENGTH, mayHaveAccount, saveName } from "../../store/identity.ts";
import { chooseLanguage, chosenLanguage, theme } from "../../store/preferences.ts";
import { goToPart } from "../../store/router.ts";
import { showToast } from "../../store/toasts.ts";
import { SegmentedControl } from "../../ui/form_controls.tsx";
import { InlineForm } from "../../ui/text_field.tsx";

export function Preferences() {
  const texts = lazyMessages().rooms;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-you">
      <h2 id="rooms-you">{texts.you}</h2>
      {account.value ? <p dir="auto">{texts.signedInAs(account.value.username)}</p> : <Name />}
      {mayHaveAccount && (
        <button type="button" class="button" onClick={() => goToPart("account")}>
          {account.value ? texts.toAccount : texts.toSignIn}
        </button>
      )}
      <SegmentedControl
        label={texts.theme}
        value={theme.value}
        options={[
          { value: "", label: texts.systemTheme },
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

/** Only for guests: an account has its own name. */
function Name() {
  const texts = lazyMessages().rooms;
  const name = guest.value?.name ?? "";
  return (
    <InlineForm
      key={name}
      label={texts.yourName}
      value={name}
      maxLength={MAX_NAME_LENGTH}
      submitLabel={texts.save}
      autocomplete="nickname"
      help={texts.yourNameHelp}
      onSubmit={rename}
    />
  );
}

async function rename(name: string): Promise<string | null> {
  const texts = lazyMessages().guest;
  if (!name) return texts.empty;
  try {
    await saveName(name);
  } catch (problem) {
    return nameErrorMessage(problem);
  }
  showToast(texts.changed(name));
  return null;
}

/** A language comes over the network when it is chosen for the first time. */
async function chooseOrReset(code: string): Promise<void> {
  const before = chosenLanguage.value;
  try {
    await chooseLanguage(code);
  } catch {
    chosenLanguage.value = before;
    showToast(messages().problems.noAnswer);
  }
}

function Language() {
  const texts = lazyMessages().rooms;
  return (
    <div>
      <label class="label" for="rooms-language">
        {texts.language}
      </label>
      <select
        class="field rooms-select"
        id="rooms-language"
        value={chosenLanguage.value}
        onChange={(event) => void chooseOrReset(event.currentTarget.value)}
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

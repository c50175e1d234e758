/** Settings of an account: another password, the export of the user's data, and deletion. */

import { useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { accountErrorMessage } from "../../store/api_errors.ts";
import { changePassword, deleteAccount, fetchExport, withSession } from "../../store/session.ts";
import { showToast } from "../../store/toasts.ts";
import { download } from "../../ui/copy_field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { FieldsForm } from "../../ui/fields_form.tsx";
import { Icon } from "../../ui/icon.tsx";
import { passwordField, submitted } from "./form_fields.ts";

export function PasswordChange({ login }: { login: string }) {
  const [isOpen, setOpen] = useState(false);
  const texts = lazyMessages().account;
  return (
    <section class="card panel-card" aria-labelledby="account-password">
      <h2 id="account-password">{texts.password}</h2>
      {isOpen ? (
        <PasswordForm login={login} onDone={() => setOpen(false)} />
      ) : (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {texts.changePassword}
        </button>
      )}
    </section>
  );
}

function PasswordForm({ login, onDone }: { login: string; onDone: () => void }) {
  const texts = lazyMessages().account;
  return (
    <>
      <p class="dim">{texts.changePasswordHelp}</p>
      <FieldsForm
        fields={[
          // So that a password manager knows whose password it is.
          {
            name: "username",
            label: texts.username,
            type: "text",
            autocomplete: "username",
            maxLength: login.length,
            value: login,
            isFixed: true,
          },
          passwordField("old_password", texts.oldPassword, "current-password"),
          passwordField("new_password", texts.newPassword, "new-password", texts.passwordHelp),
        ]}
        submitLabel={texts.changePassword}
        onSubmit={(values) =>
          submitted(values, async () => {
            await changePassword(values["old_password"] ?? "", values["new_password"] ?? "");
            showToast(texts.passwordChanged);
            onDone();
          })
        }
      >
        <button type="button" class="button quiet" onClick={onDone}>
          {messages().app.cancel}
        </button>
      </FieldsForm>
    </>
  );
}

/** The export of the user's personal data, and its deletion. */
export function PersonalData() {
  const texts = lazyMessages().account;
  const [problem, setProblem] = useState<unknown>(null);
  const save = async () => {
    try {
      const data = await withSession(fetchExport);
      setProblem(null);
      download("tutti.json", "application/json", JSON.stringify(data, null, 2));
    } catch (error) {
      setProblem(error);
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
        {problem !== null && accountErrorMessage(problem)}
      </p>
      <DeleteAccount />
    </section>
  );
}

function DeleteAccount() {
  const [isAsking, setAsking] = useState(false);
  const [problem, setProblem] = useState<unknown>(null);
  const texts = lazyMessages().account;
  const erase = async () => {
    try {
      await deleteAccount();
      showToast(lazyMessages().account.deleted);
    } catch (error) {
      setProblem(error);
    }
  };
  return (
    <div class="account-delete">
      <button type="button" class="button danger" onClick={() => setAsking(true)}>
        {texts.delete}
      </button>
      {isAsking && (
        <Dialog
          title={texts.deleteQuestion}
          closeLabel={messages().app.close}
          onClose={() => setAsking(false)}
        >
          <p>{texts.deleteHelp}</p>
          <p class="problem" role="alert">
            {problem !== null && accountErrorMessage(problem)}
          </p>
          <div class="panel-buttons">
            <button type="button" class="button danger" onClick={() => void erase()}>
              {texts.deleteNow}
            </button>
            <button type="button" class="button" onClick={() => setAsking(false)}>
              {messages().app.cancel}
            </button>
          </div>
        </Dialog>
      )}
    </div>
  );
}

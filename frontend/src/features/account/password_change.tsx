/** Another password, of whoever knows the one of now. */

import { useState } from "preact/hooks";
import { changePassword } from "../../store/session.ts";
import { tell } from "../../store/toasts.ts";
import { FieldsForm } from "../../ui/fields_form.tsx";
import { laterWords, words } from "../../words/index.ts";
import { passwordField } from "./fields.ts";
import { outcomeOf } from "./outcome.ts";

export function PasswordChange({ login }: { login: string }) {
  const [isOpen, setOpen] = useState(false);
  const texts = laterWords().account;
  return (
    <section class="card panel-card" aria-labelledby="account-password">
      <h2 id="account-password">{texts.password}</h2>
      {isOpen ? (
        <Form login={login} onDone={() => setOpen(false)} />
      ) : (
        <button type="button" class="button" onClick={() => setOpen(true)}>
          {texts.changePassword}
        </button>
      )}
    </section>
  );
}

function Form({ login, onDone }: { login: string; onDone: () => void }) {
  const texts = laterWords().account;
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
          outcomeOf(values, async () => {
            await changePassword(values["old_password"] ?? "", values["new_password"] ?? "");
            tell(texts.passwordChanged);
            onDone();
          })
        }
      >
        <button type="button" class="button quiet" onClick={onDone}>
          {words().app.cancel}
        </button>
      </FieldsForm>
    </>
  );
}

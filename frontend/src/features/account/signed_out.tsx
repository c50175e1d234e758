/** Signing in, making an account, and getting a new password by mail. */

import { useEffect, useRef, useState } from "preact/hooks";
import { lazyMessages } from "../../locales/index.ts";
import { accountErrorMessage, isUnauthenticated } from "../../store/api_errors.ts";
import {
  CreatedButNotSignedIn,
  requestPasswordReset,
  resetPassword,
  signIn,
  signUp,
} from "../../store/session.ts";
import { showToast } from "../../store/toasts.ts";
import { FieldsForm } from "../../ui/fields_form.tsx";
import { emailField, MAX_LENGTHS, passwordField, submitted } from "./form_fields.ts";

type Mode = "in" | "up" | "forgotten" | "reset";

export function SignedOut() {
  const [mode, setMode] = useState<Mode>("in");
  const [login, setLogin] = useState("");
  const heading = useRef<HTMLHeadingElement>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    // What was pressed is gone.
    if (!isFirst.current) heading.current?.focus();
    isFirst.current = false;
  }, [mode]);
  const Form = { in: SignIn, up: SignUp, forgotten: Forgotten, reset: Reset }[mode];
  return (
    <section class="card panel-card" aria-labelledby="account-title">
      <h2 id="account-title" ref={heading} tabIndex={-1}>
        {titleOf(mode)}
      </h2>
      <Form key={mode} login={login} onMode={setMode} onLogin={setLogin} />
    </section>
  );
}

function titleOf(mode: Mode): string {
  const texts = lazyMessages().account;
  return { in: texts.signIn, up: texts.signUp, forgotten: texts.reset, reset: texts.reset }[mode];
}

interface ModeProps {
  /** The username of an account that was just created. */
  login: string;
  onMode: (mode: Mode) => void;
  onLogin: (login: string) => void;
}

function SignIn({ login, onMode }: ModeProps) {
  const texts = lazyMessages().account;
  return (
    <>
      <p class="dim">{login ? texts.madeOnly : texts.signInHelp}</p>
      <FieldsForm
        fields={[
          {
            name: "login",
            label: texts.login,
            type: "text",
            autocomplete: "username",
            maxLength: MAX_LENGTHS.email,
            value: login,
          },
          passwordField("password", texts.password, "current-password"),
        ]}
        submitLabel={texts.signIn}
        onSubmit={(values) =>
          submitted(
            values,
            async () => {
              const { login = "", password = "" } = values;
              await signIn(login.trim(), password);
            },
            (problem) => (isUnauthenticated(problem) ? texts.wrongLogin : accountErrorMessage(problem)),
          )
        }
      />
      <div class="account-switch">
        <ModeButton label={texts.noAccount} onPress={() => onMode("up")} />
        <ModeButton label={texts.forgotten} onPress={() => onMode("forgotten")} />
      </div>
    </>
  );
}

function SignUp({ onMode, onLogin }: ModeProps) {
  const texts = lazyMessages().account;
  const make = async (username: string, email: string, password: string) => {
    try {
      await signUp({ username, email, password });
    } catch (problem) {
      if (!(problem instanceof CreatedButNotSignedIn)) throw problem;
      onLogin(username);
      onMode("in");
    }
  };
  return (
    <>
      <p class="dim">{texts.signUpHelp}</p>
      <FieldsForm
        fields={[
          {
            name: "username",
            label: texts.username,
            type: "text",
            autocomplete: "username",
            maxLength: MAX_LENGTHS.name,
            help: texts.usernameHelp,
          },
          emailField(texts.emailHelp),
          passwordField("password", texts.password, "new-password", texts.passwordHelp),
        ]}
        submitLabel={texts.signUp}
        onSubmit={(values) =>
          submitted(values, () => {
            const { username = "", email = "", password = "" } = values;
            return make(username.trim(), email.trim(), password);
          })
        }
      />
      <div class="account-switch">
        <ModeButton label={texts.haveAccount} onPress={() => onMode("in")} />
      </div>
    </>
  );
}

function Forgotten({ onMode }: ModeProps) {
  const texts = lazyMessages().account;
  return (
    <>
      <p class="dim">{texts.resetHelp}</p>
      <FieldsForm
        fields={[emailField()]}
        submitLabel={texts.sendMail}
        onSubmit={(values) =>
          submitted(values, async () => {
            await requestPasswordReset((values["email"] ?? "").trim());
            onMode("reset");
          })
        }
      />
      <div class="account-switch">
        <ModeButton label={texts.back} onPress={() => onMode("in")} />
      </div>
    </>
  );
}

function Reset({ onMode }: ModeProps) {
  const texts = lazyMessages().account;
  return (
    <>
      <p role="status">{texts.mailSent}</p>
      <FieldsForm
        fields={[
          {
            name: "token",
            label: texts.token,
            type: "text",
            autocomplete: "one-time-code",
            maxLength: MAX_LENGTHS.token,
          },
          passwordField("new_password", texts.newPassword, "new-password", texts.passwordHelp),
        ]}
        submitLabel={texts.setPassword}
        onSubmit={(values) =>
          submitted(values, async () => {
            await resetPassword((values["token"] ?? "").trim(), values["new_password"] ?? "");
            showToast(texts.passwordSet);
            onMode("in");
          })
        }
      />
      <div class="account-switch">
        <ModeButton label={texts.back} onPress={() => onMode("in")} />
      </div>
    </>
  );
}

function ModeButton({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <button type="button" class="button quiet" onClick={onPress}>
      {label}
    </button>
  );
}

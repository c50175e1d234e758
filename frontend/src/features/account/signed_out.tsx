/** Signing in, making an account, and getting a new password by mail. */

import { useEffect, useRef, useState } from "preact/hooks";
import { accountSentence } from "../../store/account_problems.ts";
import {
  askForReset,
  hasNoSession,
  MadeButNotSignedIn,
  resetPassword,
  signIn,
  signUp,
} from "../../store/session.ts";
import { tell } from "../../store/toasts.ts";
import { FieldsForm } from "../../ui/fields_form.tsx";
import { laterWords } from "../../words/index.ts";
import { emailField, LONGEST, passwordField } from "./fields.ts";
import { outcomeOf } from "./outcome.ts";

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
  const texts = laterWords().account;
  return { in: texts.signIn, up: texts.signUp, forgotten: texts.reset, reset: texts.reset }[mode];
}

interface Props {
  /** Of whoever has just made an account. */
  login: string;
  onMode: (mode: Mode) => void;
  onLogin: (login: string) => void;
}

function SignIn({ login, onMode }: Props) {
  const texts = laterWords().account;
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
            maxLength: LONGEST.email,
            value: login,
          },
          passwordField("password", texts.password, "current-password"),
        ]}
        submitLabel={texts.signIn}
        onSubmit={(values) =>
          outcomeOf(
            values,
            async () => {
              const { login = "", password = "" } = values;
              await signIn(login.trim(), password);
            },
            (problem) => (hasNoSession(problem) ? texts.wrongLogin : accountSentence(problem)),
          )
        }
      />
      <div class="account-switch">
        <Way label={texts.noAccount} onPress={() => onMode("up")} />
        <Way label={texts.forgotten} onPress={() => onMode("forgotten")} />
      </div>
    </>
  );
}

function SignUp({ onMode, onLogin }: Props) {
  const texts = laterWords().account;
  const make = async (username: string, email: string, password: string) => {
    try {
      await signUp({ username, email, password });
      tell(laterWords().account.hello(username));
    } catch (problem) {
      if (!(problem instanceof MadeButNotSignedIn)) throw problem;
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
            maxLength: LONGEST.name,
            help: texts.usernameHelp,
          },
          emailField(texts.emailHelp),
          passwordField("password", texts.password, "new-password", texts.passwordHelp),
        ]}
        submitLabel={texts.signUp}
        onSubmit={(values) =>
          outcomeOf(values, () => {
            const { username = "", email = "", password = "" } = values;
            return make(username.trim(), email.trim(), password);
          })
        }
      />
      <div class="account-switch">
        <Way label={texts.haveAccount} onPress={() => onMode("in")} />
      </div>
    </>
  );
}

function Forgotten({ onMode }: Props) {
  const texts = laterWords().account;
  return (
    <>
      <p class="dim">{texts.resetHelp}</p>
      <FieldsForm
        fields={[emailField()]}
        submitLabel={texts.sendMail}
        onSubmit={(values) =>
          outcomeOf(values, async () => {
            await askForReset((values["email"] ?? "").trim());
            onMode("reset");
          })
        }
      />
      <div class="account-switch">
        <Way label={texts.back} onPress={() => onMode("in")} />
      </div>
    </>
  );
}

function Reset({ onMode }: Props) {
  const texts = laterWords().account;
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
            maxLength: LONGEST.token,
          },
          passwordField("new_password", texts.newPassword, "new-password", texts.passwordHelp),
        ]}
        submitLabel={texts.setPassword}
        onSubmit={(values) =>
          outcomeOf(values, async () => {
            await resetPassword((values["token"] ?? "").trim(), values["new_password"] ?? "");
            tell(texts.passwordSet);
            onMode("in");
          })
        }
      />
      <div class="account-switch">
        <Way label={texts.back} onPress={() => onMode("in")} />
      </div>
    </>
  );
}

function Way({ label, onPress }: { label: string; onPress: () => void }) {
  return (
    <button type="button" class="button quiet" onClick={onPress}>
      {label}
    </button>
  );
}

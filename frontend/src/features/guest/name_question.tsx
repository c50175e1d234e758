/** Asks once who one is: one line above the queue, which may be skipped and stops nobody. */

import { useRef } from "preact/hooks";
import { LONGEST_NAME, ownName, takeName, wasAsked } from "../../store/guest.ts";
import { problemOfName } from "../../store/problems.ts";
import { isShutOut } from "../../store/room.ts";
import { tell } from "../../store/toasts.ts";
import { focusBehind } from "../../ui/focus.ts";
import { LineForm } from "../../ui/line_form.tsx";
import { words } from "../../words/index.ts";
import "./guest.css";

export function NameQuestion() {
  const card = useRef<HTMLElement>(null);
  if (wasAsked.value || ownName.value || isShutOut.value) return null;
  const texts = words().guest;
  const save = async (name: string) => {
    if (!name) return texts.empty;
    const goOn = focusBehind(card.current);
    try {
      await takeName(name);
    } catch (problem) {
      return problemOfName(problem);
    }
    tell(texts.hello(name));
    setTimeout(goOn);
    return null;
  };
  const skip = () => {
    const goOn = focusBehind(card.current);
    wasAsked.value = "yes";
    setTimeout(goOn);
  };
  return (
    <section class="card guest-question" ref={card} aria-label={texts.question}>
      <LineForm
        label={texts.question}
        value=""
        maxLength={LONGEST_NAME}
        submitLabel={texts.save}
        autocomplete="nickname"
        help={texts.help}
        onSubmit={save}
      >
        <button type="button" class="button quiet" onClick={skip}>
          {texts.skip}
        </button>
      </LineForm>
    </section>
  );
}

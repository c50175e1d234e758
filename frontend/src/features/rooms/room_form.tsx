/** The fields of a room: a new one's, or those that change. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { fieldProblems, isForbidden, sentenceOf } from "../../store/problems.ts";
import { type Room, slugOf } from "../../store/rooms.ts";
import { Segmented } from "../../ui/segmented.tsx";
import { Switch } from "../../ui/switch.tsx";
import { TextField } from "../../ui/text_field.tsx";
import { words } from "../../words/index.ts";

// The server's limits.
const LONGEST_NAME = 80;
const LONGEST_SLUG = 50;

export interface RoomValues {
  name: string;
  slug: string;
  is_public: boolean;
  order: Room["order"];
}

interface Props {
  initial: RoomValues;
  /** A room keeps its slug: only a new one has a choice. */
  hasSlug: boolean;
  submitLabel: string;
  /** Rejects with what the server said. */
  onSubmit: (values: RoomValues) => Promise<void>;
  onCancel: () => void;
  /** Stands below. */
  children?: ComponentChildren;
}

export function RoomForm({ initial, hasSlug, submitLabel, onSubmit, onCancel, children }: Props) {
  const [values, setValues] = useState(initial);
  const [problem, setProblem] = useState<unknown>(null);
  const isSending = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const texts = words().rooms;
  const byField: Readonly<Record<string, string>> = { ...fieldProblems(problem), ...missing(problem) };
  const set = (change: Partial<RoomValues>) => setValues((before) => ({ ...before, ...change }));

  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending.current) return;
    isSending.current = true;
    const told = await failureOf(values, onSubmit);
    isSending.current = false;
    setProblem(told);
    if (told)
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };

  return (
    <form class="rooms-form" ref={form} onSubmit={(event) => void send(event)} noValidate>
      <TextField
        label={texts.name}
        value={values.name}
        maxLength={LONGEST_NAME}
        problem={byField["name"]}
        onValue={(name) => set({ name })}
      />
      {hasSlug && (
        <TextField
          label={texts.address}
          value={values.slug}
          maxLength={LONGEST_SLUG}
          prefix="/r/"
          placeholder={slugOf(values.name)}
          problem={byField["slug"]}
          help={texts.addressHelp}
          isCode
          onValue={(slug) => set({ slug: slug.toLowerCase() })}
        />
      )}
      <Segmented
        label={texts.order}
        value={values.order}
        options={[
          { value: "manual", label: texts.byHand },
          { value: "votes", label: texts.byVotes },
        ]}
        onChange={(order) => set({ order })}
      />
      <Switch
        label={texts.listed}
        help={texts.listedHelp}
        isOn={values.is_public}
        onChange={(is_public) => set({ is_public })}
      />
      <p class="problem" role="alert">
        {problem !== null && !Object.keys(byField).length && wholeSentence(problem)}
      </p>
      <div class="rooms-buttons">
        <button type="submit" class="button main">
          {submitLabel}
        </button>
        <button type="button" class="button quiet" onClick={onCancel}>
          {words().app.cancel}
        </button>
      </div>
      {children}
    </form>
  );
}

class NothingThere extends Error {}

async function failureOf(values: RoomValues, onSubmit: Props["onSubmit"]): Promise<unknown> {
  if (!values.name.trim()) return new NothingThere();
  try {
    await onSubmit({ ...values, name: values.name.trim(), slug: values.slug.trim() });
    return null;
  } catch (problem) {
    return problem;
  }
}

function missing(problem: unknown): Record<string, string> {
  return problem instanceof NothingThere ? { name: words().problems.blank } : {};
}

function wholeSentence(problem: unknown): string {
  return isForbidden(problem) ? words().rooms.ownerOnly : sentenceOf(problem);
}

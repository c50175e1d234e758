/** The form of a room: of a new one, or of changes. */

import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { lazyMessages, messages } from "../../locales/index.ts";
import { errorMessage, fieldErrors, isForbidden } from "../../store/api_errors.ts";
import { type Room, slugFromName } from "../../store/rooms.ts";
import { SegmentedControl, Switch } from "../../ui/form_controls.tsx";
import { TextField } from "../../ui/text_field.tsx";

// The server's limits.
const MAX_NAME_LENGTH = 80;
const MAX_SLUG_LENGTH = 50;

export interface RoomValues {
  name: string;
  slug: string;
  is_public: boolean;
  order: Room["order"];
}

interface Props {
  initial: RoomValues;
  /** Only for a new room: the slug can't be changed. */
  hasSlug: boolean;
  submitLabel: string;
  /** Rejects with the server's error. */
  onSubmit: (values: RoomValues) => Promise<void>;
  onCancel: () => void;
  /** Shown below. */
  children?: ComponentChildren;
}

export function RoomForm({ initial, hasSlug, submitLabel, onSubmit, onCancel, children }: Props) {
  const [values, setValues] = useState(initial);
  const [problem, setProblem] = useState<unknown>(null);
  const isSending = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  const texts = lazyMessages().rooms;
  const byField: Readonly<Record<string, string>> = { ...fieldErrors(problem), ...missingFields(problem) };
  const set = (change: Partial<RoomValues>) => setValues((before) => ({ ...before, ...change }));

  const send = async (event: Event) => {
    event.preventDefault();
    if (isSending.current) return;
    isSending.current = true;
    const error = await submitError(values, onSubmit);
    isSending.current = false;
    setProblem(error);
    if (error)
      requestAnimationFrame(() => form.current?.querySelector<HTMLElement>("[aria-invalid]")?.focus());
  };

  return (
    <form class="rooms-form" ref={form} onSubmit={(event) => void send(event)} noValidate>
      <TextField
        label={texts.name}
        value={values.name}
        maxLength={MAX_NAME_LENGTH}
        problem={byField["name"]}
        onValue={(name) => set({ name })}
      />
      <SegmentedControl
        label={texts.order}
        value={values.order}
        options={[
          { value: "manual", label: texts.byHand },
          { value: "votes", label: texts.byVotes },
        ]}
        onChange={(order) => set({ order })}
      />
      <p class="dim small">{values.order === "votes" ? texts.byVotesHelp : texts.byHandHelp}</p>
      <Switch
        label={texts.listed}
        help={texts.listedHelp}
        isOn={values.is_public}
        onChange={(is_public) => set({ is_public })}
      />
      {hasSlug && (
        <details class="rooms-more" open={Boolean(byField["slug"]) || undefined}>
          <summary>{texts.more}</summary>
          <TextField
            label={texts.address}
            value={values.slug}
            maxLength={MAX_SLUG_LENGTH}
            prefix="/r/"
            placeholder={slugFromName(values.name)}
            problem={byField["slug"]}
            help={texts.addressHelp}
            isCode
            onValue={(slug) => set({ slug: slug.toLowerCase() })}
          />
        </details>
      )}
      <p class="problem" role="alert">
        {problem !== null && !Object.keys(byField).length && formErrorMessage(problem)}
      </p>
      <div class="rooms-buttons">
        <button type="submit" class="button main">
          {submitLabel}
        </button>
        <button type="button" class="button quiet" onClick={onCancel}>
          {messages().app.cancel}
        </button>
      </div>
      {children}
    </form>
  );
}

class NameMissing extends Error {}

async function submitError(values: RoomValues, onSubmit: Props["onSubmit"]): Promise<unknown> {
  if (!values.name.trim()) return new NameMissing();
  try {
    await onSubmit({ ...values, name: values.name.trim(), slug: values.slug.trim() });
    return null;
  } catch (problem) {
    return problem;
  }
}

function missingFields(problem: unknown): Record<string, string> {
  return problem instanceof NameMissing ? { name: messages().problems.blank } : {};
}

function formErrorMessage(problem: unknown): string {
  return isForbidden(problem) ? lazyMessages().rooms.ownerOnly : errorMessage(problem);
}

/** A text to take along: a press copies it, or selects it where the browser lets no page copy. */

import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import "./copy_field.css";

interface Props {
  label: string;
  text: string;
  copyLabel: string;
  copiedText: string;
  /** Said when the text could only be selected. */
  selectedText: string;
}

export function CopyField({ label, text, copyLabel, copiedText, selectedText }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const [told, setTold] = useState("");
  const copy = async () => {
    field.current?.focus();
    field.current?.select();
    setTold((await wasCopied(text)) ? copiedText : selectedText);
  };
  return (
    <div class="copy-field">
      <label class="label" for={id}>
        {label}
      </label>
      <div class="copy-field-row">
        <input
          class="field numbers"
          id={id}
          ref={field}
          readOnly
          value={text}
          onFocus={() => field.current?.select()}
        />
        <button type="button" class="button" onClick={() => void copy()}>
          <Icon name="copy" />
          {copyLabel}
        </button>
      </div>
      <p class="small copy-field-told" role="status">
        {told}
      </p>
    </div>
  );
}

/** Over plain http from another machine there is no clipboard; there some browsers copy what is selected. */
async function wasCopied(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return document.execCommand("copy");
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

/** Text for use elsewhere: copied by a button, or downloaded as a file. */

import { useId, useRef, useState } from "preact/hooks";
import { Icon } from "./icon.tsx";
import "./copy_field.css";

interface Props {
  label: string;
  text: string;
  copyLabel: string;
  copiedText: string;
  /** Shown if the text could only be selected. */
  selectedText: string;
}

/** Copies the text, or selects it where the browser does not allow copying. */
export function CopyField({ label, text, copyLabel, copiedText, selectedText }: Props) {
  const field = useRef<HTMLInputElement>(null);
  const id = useId();
  const [status, setStatus] = useState("");
  const copy = async () => {
    field.current?.focus();
    field.current?.select();
    setStatus((await copyText(text)) ? copiedText : selectedText);
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
      <p class="small copy-field-status" role="status">
        {status}
      </p>
    </div>
  );
}

/** Over plain http from another machine there is no clipboard; there some browsers copy what is selected. */
async function copyText(text: string): Promise<boolean> {
  const clipboard = navigator.clipboard as Clipboard | undefined;
  if (!clipboard) return document.execCommand("copy");
  try {
    await clipboard.writeText(text);
    return true;
  } catch {
    return document.execCommand("copy");
  }
}

/** Offers a file that was made in the browser. */
export function download(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // Not immediately: some browsers read it only after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

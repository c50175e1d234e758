/** A native dialog above the page: Escape, Back and a press beside it close it, focus goes back to where it was. */

import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useLayer } from "./hooks.ts";
import { IconButton } from "./icon.tsx";
import "./dialog.css";

interface Props {
  title: string;
  closeLabel: string;
  /** Is called once it has been closed; then it is to be left out. */
  onClose: () => void;
  children: ComponentChildren;
}

export function Dialog({ title, closeLabel, onClose, children }: Props) {
  const place = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useLayer(onClose);
  useLayoutEffect(() => {
    const dialog = place.current;
    dialog?.showModal();
    // Closing, not just taking it away, gives focus back.
    return () => dialog?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same, by the browser itself.
    <dialog
      class="dialog"
      ref={place}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="dialog-inside">
        <header class="dialog-head">
          <h2 id={titleId}>{title}</h2>
          <IconButton icon="close" label={closeLabel} onClick={() => place.current?.close()} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

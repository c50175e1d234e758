/** What could not be had, in a sentence, and a button that tries again. */

import { Icon } from "./icon.tsx";

interface Props {
  class: string;
  text: string;
  label: string;
  onRetry: () => unknown;
}

export function Retry({ class: kind, text, label, onRetry }: Props) {
  return (
    <div class={kind} role="status">
      <p>{text}</p>
      <button type="button" class="button" onClick={() => void onRetry()}>
        <Icon name="retry" />
        {label}
      </button>
    </div>
  );
}

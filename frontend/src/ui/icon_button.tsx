/** A round button that shows a sign only; `label` is its name, with its object: "Vote up So What". */

import type { JSX } from "preact";
import { Icon, type IconName } from "./icon.tsx";

type Props = Omit<JSX.IntrinsicElements["button"], "icon" | "label"> & { icon: IconName; label: string };

export function IconButton({ icon, label, class: extra, ...rest }: Props) {
  return (
    <button type="button" class={`icon-button ${extra ?? ""}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

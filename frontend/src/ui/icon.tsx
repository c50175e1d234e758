/** Icons drawn on 24 × 24, and round buttons that show only an icon. */

import type { JSX } from "preact";

const PATHS = {
  queue: "M4 6h16M4 12h10M4 18h7M17 13v7l5-3.5z",
  library: "M5 4v16M10 4v16M15 4.5l4.5 15",
  history: "M3.5 12a8.5 8.5 0 1 0 2.6-6.1L3.5 8.4M3.5 3.5v4.9h4.9M12 7.5V12l3 2",
  room: "M8.5 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7ZM2 20c0-3.3 2.9-6 6.5-6s6.5 2.7 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.3c2.4.8 4 3 4 5.7",
  play: "M7 4.5v15l12-7.5z",
  stop: "M6 6h12v12H6z",
  pause: "M7 5h3.5v14H7zM13.5 5H17v14h-3.5z",
  speaker: "M4 9.5v5h4l5 4.5V5L8 9.5zM16.5 8.5a5 5 0 0 1 0 7M19 6a8.5 8.5 0 0 1 0 12",
  next: "M5 5v14l10-7zM19 5v14",
  previous: "M19 5v14L9 12zM5 5v14",
  up: "M12 6l7 11H5z",
  down: "M12 18 5 7h14z",
  add: "M12 5v14M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  grip: "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.5 15.5 20 20",
  close: "M6 6l12 12M18 6 6 18",
  remove: "M4 7h16M9.5 7V4.5h5V7M6.5 7l1 13h9l1-13M10 11v5M14 11v5",
  clock: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM12 7.5V12l3 2",
  share: "M12 15V4M8 7.5 12 3.5l4 4M6 11H5v9h14v-9h-1",
  copy: "M9 9h11v11H9zM5 15H4V4h11v1",
  export: "M12 4v11M8 11.5l4 4 4-4M5 20h14",
  top: "M5 4h14M12 20V9M7 13.5 12 8.5l5 5",
  bottom: "M5 20h14M12 4v11M7 10.5l5 5 5-5",
  raise: "M12 20V5M6 11l6-6 6 6",
  lower: "M12 4v15M6 13l6 6 6-6",
  retry: "M20 12a8 8 0 1 1-2.4-5.7L20 8.6M20 4v4.6h-4.6",
  keyboard: "M3 6h18v12H3zM7 10h.01M11 10h.01M15 10h.01M7 14h10",
  back: "M15 5l-7 7 7 7",
  heart: "M12 20S4 15.2 4 9.6A4.4 4.4 0 0 1 12 7a4.4 4.4 0 0 1 8 2.6C20 15.2 12 20 12 20Z",
  ban: "M12 20.5a8.5 8.5 0 1 0 0-17 8.5 8.5 0 0 0 0 17ZM6 6l12 12",
  locate: "M12 2v4M12 18v4M2 12h4M18 12h4M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8Z",
} as const;

/** Drawn as filled shapes. */
const SOLID: ReadonlySet<string> = new Set(["play", "pause", "stop", "next", "previous", "up", "down"]);

export type IconName = keyof typeof PATHS;

export function Icon({ name, size }: { name: IconName; size?: number }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" {...(size ? { width: size, height: size } : {})}>
      <path class={SOLID.has(name) ? "solid" : undefined} d={PATHS[name]} />
    </svg>
  );
}

type Props = Omit<JSX.IntrinsicElements["button"], "icon" | "label"> & { icon: IconName; label: string };

/** `label` is its accessible name and contains its object: "Vote up So What". */
export function IconButton({ icon, label, class: extra, ...rest }: Props) {
  return (
    <button type="button" class={`icon-button ${extra ?? ""}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

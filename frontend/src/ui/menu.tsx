/**
 * Things that can be done, above the page: beside what it belongs to, or as a sheet at the foot of a narrow window.
 *
 * Takes focus, by keyboard to its first entry; arrows, Home, End and first letters go through it; Escape, Tab and a press
 * beside it close it, and so does Back.
 */

import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { useLayer } from "./hooks.ts";
import { Icon, type IconName } from "./icon.tsx";
import { hasModifier, rowForKey } from "./keyboard.ts";
import "./menu.css";

export interface MenuEntry {
  icon: IconName;
  text: string;
  run: () => void;
  isDisabled?: boolean;
  isDangerous?: boolean;
}

interface Props {
  label: string;
  entries: readonly MenuEntry[];
  /** Beside which it opens. */
  anchor: DOMRect;
  onClose: () => void;
  /** What the entries are about, above them and in full: its name, then a line for each fact. */
  about: readonly string[];
}

// From the edges of the window, in pixels.
const MARGIN = 8;

export function Menu({ label, entries, anchor, onClose, about }: Props) {
  const layer = useRef<HTMLDivElement>(null);
  const menu = useRef<HTMLDivElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const aboutId = useId();
  useLayer(onClose);
  useLayoutEffect(() => {
    const element = layer.current;
    // Above everything, whatever clips or holds it; older browsers have it at its place in the page.
    element?.showPopover?.();
    place(menu.current, anchor);
    // Opened by finger or mouse, no entry is preselected.
    const isByKeyboard = document.activeElement?.matches(":focus-visible");
    (isByKeyboard ? entriesOf(menu.current)[0] : list.current)?.focus();
    return () => element?.matches(":popover-open") && element.hidePopover();
  }, [anchor]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape does the same.
    // biome-ignore lint/a11y/noStaticElementInteractions: a press beside the menu, not on a thing.
    <div
      class="menu-layer"
      ref={layer}
      popover="manual"
      onClick={(event) => event.target === layer.current && onClose()}
    >
      <div class="menu" ref={menu}>
        <div class="menu-about" id={aboutId}>
          {about.map((line) => (
            <p dir="auto" key={line}>
              {line}
            </p>
          ))}
        </div>
        <div
          role="menu"
          class="menu-entries"
          aria-label={label}
          aria-describedby={aboutId}
          tabIndex={-1}
          ref={list}
          onKeyDown={(event) => goThrough(event, menu.current, onClose)}
        >
          {entries.map((entry) => (
            <button
              type="button"
              role="menuitem"
              class="menu-entry"
              key={entry.text}
              tabIndex={-1}
              aria-disabled={entry.isDisabled || undefined}
              data-dangerous={entry.isDangerous || undefined}
              onClick={() => choose(entry, onClose)}
            >
              <Icon name={entry.icon} size={20} />
              {entry.text}
            </button>
          ))}
        </div>
      </div>
    </div>
  );
}

function choose(entry: MenuEntry, close: () => void): void {
  if (entry.isDisabled) return;
  close();
  entry.run();
}

function goThrough(event: KeyboardEvent, menu: HTMLElement | null, close: () => void): void {
  // While the menu is open it handles all keys.
  event.stopPropagation();
  if (hasModifier(event)) return;
  const all = entriesOf(menu);
  const index = all.indexOf(document.activeElement as HTMLElement);
  if (event.key === "Escape" || event.key === "Tab") {
    event.preventDefault();
    close();
    return;
  }
  const next = rowForKey(event.key, index, all.length, all.length) ?? indexOfLetter(event.key, all, index);
  if (next === null) return;
  event.preventDefault();
  all[next]?.focus();
}

function indexOfLetter(letter: string, all: readonly HTMLElement[], from: number): number | null {
  if (letter.length !== 1 || letter === " ") return null;
  for (let step = 1; step <= all.length; step += 1) {
    const index = (from + step) % all.length;
    if (all[index]?.textContent.trim().toLowerCase().startsWith(letter.toLowerCase())) return index;
  }
  return null;
}

function entriesOf(menu: HTMLElement | null): HTMLElement[] {
  return [...(menu?.querySelectorAll<HTMLElement>("[role=menuitem]") ?? [])];
}

/** Below its anchor and flush with its right edge, above it where there is no room. Style sheets may overrule it. */
function place(menu: HTMLElement | null, anchor: DOMRect): void {
  if (!menu) return;
  const { width, height } = menu.getBoundingClientRect();
  const left = Math.max(MARGIN, Math.min(anchor.right - width, innerWidth - width - MARGIN));
  const hasRoomBelow = anchor.bottom + height + MARGIN <= innerHeight;
  const top = hasRoomBelow ? anchor.bottom : Math.max(MARGIN, anchor.top - height);
  menu.style.setProperty("--menu-left", `${left}px`);
  menu.style.setProperty("--menu-top", `${top}px`);
}

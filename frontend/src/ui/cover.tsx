/** Covers of tracks and initials of persons; without a picture the color comes from the name. */

import { useState } from "preact/hooks";
import "./cover.css";
import "./person_dot.css";

interface Props {
  /** Null where no picture may be shown. */
  url: string | null;
  seed: string;
  /** Side, in pixels of the page. */
  size: number;
}

/** Without a picture: a gradient with initials, whose hue comes from `seed`. */
export function Cover({ url, seed, size }: Props) {
  const [failed, setFailed] = useState<string | null>(null);
  const style = { "--hue": String(hueOf(seed)), "--side": `${size / 16}rem` };
  if (url && url !== failed) {
    return (
      <img
        class="cover"
        style={style}
        src={url}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setFailed(url)}
      />
    );
  }
  return <span class="cover cover-drawn" style={style} aria-hidden="true" data-initials={initialsOf(seed)} />;
}

/** 0–359, the same for the same words. */
export function hueOf(words: string): number {
  let hash = 0;
  for (const sign of words) hash = (hash * 31 + (sign.codePointAt(0) ?? 0)) % 360_007;
  return hash % 360;
}

// For names without letters.
const NOTE = "♪";

/** The first signs of at most two words. */
export function initialsOf(words: string): string {
  const parts = words.split(/\s+/u).filter((word) => /^[\p{L}\p{N}]/u.test(word));
  const chosen = parts.length > 1 ? [parts[0], parts.at(-1)] : parts;
  return chosen.map((word) => [...(word ?? "")][0]?.toLocaleUpperCase() ?? "").join("") || NOTE;
}

/** Initials in a circle. Decoration: the name is written next to it. */
export function PersonDot({ name }: { name: string }) {
  return (
    <span
      class="person-dot"
      style={{ "--hue": String(hueOf(name)) }}
      aria-hidden="true"
      data-initials={name ? initialsOf(name) : "·"}
    />
  );
}

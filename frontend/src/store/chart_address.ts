/** A chart as the address names it: "/jazz", "/this-room/2026-W47", "/pop/2026-11-22/track/USUM71703861". */

export interface ChartAddress {
  /** A genre, or the word for the room's own; "" for whichever is chosen. */
  of: string;
  /** A day, or a week of the room; "" for the newest. */
  when: string;
  /** Of the track that is looked at, "" for none. */
  isrc: string;
}

const FORM = /^(?:\/([^/]+)(?:\/(\d{4}-(?:\d\d-\d\d|W\d\d)))?(?:\/track\/([A-Z0-9]{12}))?)?$/;

/** What is no such address names nothing. */
export function chartAddress(tail: string): ChartAddress {
  const [, of = "", when = "", isrc = ""] = FORM.exec(tail) ?? [];
  return { of: decoded(of), when, isrc };
}

export function tailOfChart({ of, when, isrc }: ChartAddress): string {
  return `/${[encodeURIComponent(of), when, isrc && `track/${isrc}`].filter(Boolean).join("/")}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

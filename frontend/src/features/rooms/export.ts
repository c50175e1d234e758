/** The queue as a file to take along. Pure: what comes in decides what comes out. */

export interface ExportedItem {
  votes: number;
  added_by: string;
  added_at: string;
  track: {
    title: string;
    artist: string;
    album: string;
    genre: string;
    duration_seconds: number | null;
    isrc: string | null;
  };
}

export interface Exported {
  room: { slug: string; name: string };
  exportedAt: Date;
  items: readonly ExportedItem[];
}

export type Format = "m3u8" | "csv" | "json";

export const formats: readonly { format: Format; name: string; type: string }[] = [
  { format: "m3u8", name: "M3U8", type: "audio/x-mpegurl;charset=utf-8" },
  { format: "csv", name: "CSV", type: "text/csv;charset=utf-8" },
  { format: "json", name: "JSON", type: "application/json" },
];

export function exportedText(format: Format, exported: Exported): string {
  return { m3u8, csv, json }[format](exported);
}

/** "tutti-kitchen-party-2025-11-20.csv", by the calendar on the wall. */
export function fileName(format: Format, { room, exportedAt }: Exported): string {
  const parts = [exportedAt.getFullYear(), exportedAt.getMonth() + 1, exportedAt.getDate()];
  const day = parts.map((part) => String(part).padStart(2, "0")).join("-");
  return `tutti-${room.slug}-${day}.${format}`;
}

/**
 * A playlist for players. Tutti knows no files: the line that stands for one is "Artist - Title", which players
 * show and people can match with files of their own.
 */
function m3u8({ room, items }: Exported): string {
  const lines = items.flatMap(({ track }) => {
    const name = oneLine(`${track.artist} - ${track.title}`);
    // Unknown is -1 there; seconds are whole.
    return [`#EXTINF:${track.duration_seconds ?? -1},${name}`, asFileName(name)];
  });
  return `${["#EXTM3U", `#PLAYLIST:${oneLine(room.name)}`, ...lines].join("\n")}\n`;
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ").trim();
}

/** Without what separates folders, is forbidden in names somewhere, or would make the line a comment. */
function asFileName(text: string): string {
  return text.replace(/[\\/:*?"<>|#%]/g, "_").replace(/^\.+/, "_");
}

const COLUMNS = [
  "place",
  "title",
  "artist",
  "album",
  "genre",
  "duration_seconds",
  "isrc",
  "votes",
  "added_by",
  "added_at",
];

/** For spreadsheets: the mark at the beginning tells them that it is UTF-8. */
function csv({ items }: Exported): string {
  const rows = items.map(({ track, votes, added_by, added_at }, index) => [
    index + 1,
    track.title,
    track.artist,
    track.album,
    track.genre,
    track.duration_seconds,
    track.isrc,
    votes,
    added_by,
    added_at,
  ]);
  return `\ufeff${[COLUMNS, ...rows].map((row) => `${row.map(cell).join(",")}\r\n`).join("")}`;
}

// A spreadsheet takes a text that begins so for a formula, and a formula can send data away.
const FORMULA = /^[\s\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** Numbers stay numbers; a text is quoted, and one that looks like a formula becomes a text by an apostrophe. */
function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

function json({ room, exportedAt, items }: Exported): string {
  const told = items.map(({ track, votes, added_by, added_at }, index) => ({
    place: index + 1,
    title: track.title,
    artist: track.artist,
    album: track.album,
    genre: track.genre,
    duration_seconds: track.duration_seconds,
    isrc: track.isrc,
    votes,
    added_by,
    added_at,
  }));
  return `${JSON.stringify({ room: room.slug, name: room.name, exported_at: exportedAt.toISOString(), items: told }, null, 2)}\n`;
}

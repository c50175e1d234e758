/** The queue as a file: M3U8, CSV or JSON. */

import { lazyMessages } from "../../locales/index.ts";
import { roomName, view } from "../../store/room.ts";
import { download } from "../../ui/copy_field.tsx";
import { Icon } from "../../ui/icon.tsx";

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
 * A playlist for players. Tutti has no files: the line for one is "Artist - Title", which players show and users can
 * match with their own files.
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

/** Without characters that separate folders, are forbidden in names, or would make the line a comment. */
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

/** For spreadsheets: the byte order mark declares UTF-8. */
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
  return `\ufeff${[COLUMNS, ...rows].map((row) => `${row.map(csvCell).join(",")}\r\n`).join("")}`;
}

// A spreadsheet takes a text that begins so for a formula, and a formula can send data away.
const FORMULA = /^[\s\ufeff]*[=+\-@＝＋－＠]|^[\t\r\n]/;

/** Numbers stay numbers; a text is quoted, and one that looks like a formula becomes a text by an apostrophe. */
function csvCell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const safe = FORMULA.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}

function json({ room, exportedAt, items }: Exported): string {
  const exportedItems = items.map(({ track, votes, added_by, added_at }, index) => ({
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
  return `${JSON.stringify({ room: room.slug, name: room.name, exported_at: exportedAt.toISOString(), items: exportedItems }, null, 2)}\n`;
}

export function ExportQueue() {
  const texts = lazyMessages().rooms;
  const { length } = view.value.items;
  return (
    <section class="card rooms-card" aria-labelledby="rooms-export">
      <h2 id="rooms-export">{texts.exportQueue}</h2>
      <p class="dim">{length ? texts.exportQueueHelp(length) : texts.exportQueueEmpty}</p>
      {length > 0 && (
        <div class="rooms-formats">
          {formats.map(({ format, name, type }) => (
            <button
              type="button"
              class="button"
              key={format}
              aria-label={texts.exportAs(name)}
              onClick={() => save(format, type)}
            >
              <Icon name="export" />
              {name}
            </button>
          ))}
        </div>
      )}
    </section>
  );
}

function save(format: Format, type: string): void {
  const { room: slug, items } = view.value;
  const exported: Exported = { room: { slug, name: roomName.value }, exportedAt: new Date(), items };
  download(fileName(format, exported), type, exportedText(format, exported));
}

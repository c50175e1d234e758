/** Names, days and addresses as a track of the charts shows them. */

import { serverNow } from "../../../store/room.ts";
import { language, laterWords } from "../../../words/index.ts";

/** As the companies call themselves, in every language. */
const SERVICES: Readonly<Record<string, string>> = {
  spotify: "Spotify",
  apple_music: "Apple Music",
  soundcloud: "SoundCloud",
  youtube: "YouTube",
};

export function serviceName(service: string): string {
  return SERVICES[service] ?? service;
}

export function genreName(genre: string): string {
  const names: Readonly<Record<string, string>> = laterWords().chartTrack.genre;
  return names[genre] ?? genre;
}

/** 4 Dec, of a day as in 2025-12-04, with its year when that is not this one; as the reader's own kind of the language writes it. */
export function dayName(date: string): string {
  const isOfThisYear = date.startsWith(`${new Date(serverNow()).getUTCFullYear()}-`);
  const year = isOfThisYear ? undefined : "numeric";
  const format = { day: "numeric", month: "short", year, timeZone: "UTC" } as const;
  const shown = language.value;
  const region = navigator.languages.find((one) => one.split("-")[0] === shown) ?? shown;
  return new Intl.DateTimeFormat(region, format).format(new Date(date));
}

export function percent(rate: number): string {
  return new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 0 }).format(rate);
}

/** Where a link may lead: services' answers are not ours. Null for what is no page of the web. */
export function webAddress(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return protocol === "https:" || protocol === "http:" ? href : null;
}

/** The host of what may stand in a frame: another's, by https. Null for anything else. */
export function frameHost(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, host, origin } = new URL(url);
  return protocol === "https:" && origin !== location.origin ? host : null;
}

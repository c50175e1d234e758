/** Numbers and days as figures show them. */

import { language } from "../../words/index.ts";

export function percent(rate: number): string {
  return new Intl.NumberFormat(language.value, { style: "percent", maximumFractionDigits: 0 }).format(rate);
}

/** 4 Dec, of a day as in 2025-12-04. */
export function dayName(date: string): string {
  const format = { day: "numeric", month: "short", timeZone: "UTC" } as const;
  return new Intl.DateTimeFormat(language.value, format).format(new Date(date));
}

/** 14:00 */
export function hourName(hour: number): string {
  return `${hour}:00`;
}

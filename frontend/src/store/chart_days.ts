/** Days as in 2025-12-04, and weeks as in 2025-W49, as charts name them: in UTC, whoever looks. Pure. */

const DAY_MS = 24 * 3600 * 1000;
const WEEK_DAYS = 7;
/** The week that has it is the year's first. */
const THURSDAY = 4;

export function dayAfter(day: string, days: number): string {
  return dayOf(Date.parse(day) + days * DAY_MS);
}

export function dayOf(moment: number): string {
  return new Date(moment).toISOString().slice(0, 10);
}

export function weekOf(day: string): string {
  const thursday = dayAfter(day, THURSDAY - weekdayOf(day));
  const year = thursday.slice(0, 4);
  const number = Math.floor((Date.parse(thursday) - Date.parse(`${year}-01-01`)) / DAY_MS / WEEK_DAYS) + 1;
  return `${year}-W${String(number).padStart(2, "0")}`;
}

/** Of a week. */
export function mondayOf(week: string): string {
  const [year = "", number = ""] = week.split("-W");
  // Always in the first week.
  const fourth = `${year}-01-04`;
  return dayAfter(fourth, 1 - weekdayOf(fourth) + (Number(number) - 1) * WEEK_DAYS);
}

export function weekAfter(week: string, weeks: number): string {
  return weekOf(dayAfter(mondayOf(week), weeks * WEEK_DAYS));
}

/** From Monday, which is 1. */
function weekdayOf(day: string): number {
  return new Date(day).getUTCDay() || WEEK_DAYS;
}

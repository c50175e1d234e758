/** Numbers, times and durations as a language writes them. */

const MINUTE = 60;
const HOUR = 3600;

export interface Forms {
  number: (value: number) => string;
  /** +3, 0, −12, with a minus sign that is one. */
  signed: (value: number) => string;
  /** "3rd" */
  ordinal: (value: number) => string;
  /** Of `one`, `other`, … the form for the number, which replaces `#` in it. */
  plural: (value: number, forms: Partial<Record<Intl.LDMLPluralRule, string>> & { other: string }) => string;
  /** 47 min, 1 h 12 min */
  span: (seconds: number) => string;
  /** 5:55, from an hour on 1:02:03 */
  clock: (seconds: number) => string;
  /** 14:05 */
  timeOfDay: (iso: string) => string;
  /** 20 Nov, 14:05 */
  dayAndTime: (iso: string) => string;
}

export function formsOf(locale: string, ordinal: (value: number) => string): Forms {
  const numbers = new Intl.NumberFormat(locale);
  const signed = new Intl.NumberFormat(locale, { signDisplay: "exceptZero" });
  const rules = new Intl.PluralRules(locale);
  const unit = (name: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit: name, unitDisplay: "short" });
  const hours = unit("hour");
  const minutes = unit("minute");
  const region = regionOf(locale);
  const time = new Intl.DateTimeFormat(region, { hour: "numeric", minute: "2-digit" });
  const day = new Intl.DateTimeFormat(region, {
    day: "numeric",
    month: "short",
    hour: "numeric",
    minute: "2-digit",
  });
  return {
    number: (value) => numbers.format(value),
    signed: (value) => signed.format(value).replace("-", "−"),
    ordinal,
    plural: (value, forms) => (forms[rules.select(value)] ?? forms.other).replace("#", numbers.format(value)),
    span: (seconds) => {
      const whole = Math.round(seconds / MINUTE);
      const parts = whole < MINUTE ? [] : [hours.format(Math.floor(whole / MINUTE))];
      if (whole % MINUTE || !parts.length) parts.push(minutes.format(whole % MINUTE));
      return parts.join(" ");
    },
    clock,
    timeOfDay: (iso) => time.format(new Date(iso)),
    dayAndTime: (iso) => day.format(new Date(iso)),
  };
}

/** The regional variant of the language, for times: 3:10 pm, 15:10. */
export function regionOf(locale: string): string {
  return navigator.languages.find((one) => one.split("-")[0] === locale) ?? locale;
}

function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const rest = String(whole % MINUTE).padStart(2, "0");
  const minutes = Math.floor(whole / MINUTE);
  if (whole < HOUR) return `${minutes}:${rest}`;
  return `${Math.floor(minutes / MINUTE)}:${String(minutes % MINUTE).padStart(2, "0")}:${rest}`;
}

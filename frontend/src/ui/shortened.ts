/** Long names in sentences of which the rest is to be read, too. */

// Two lines of a toast on a phone.
const MOST = 40;

export function shortened(name: string): string {
  const signs = [...name];
  return signs.length <= MOST
    ? name
    : `${signs
        .slice(0, MOST - 1)
        .join("")
        .trimEnd()}…`;
}

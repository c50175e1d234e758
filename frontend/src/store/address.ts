/** What stands in the address behind the name of a part: its search, its chart. Each part knows its own. */

import { signal } from "@preact/signals";

/** "#library?search=halo" has the part "library" and the tail "?search=halo". */
export function splitFragment(fragment: string): { name: string; tail: string } {
  const [, name = "", tail = ""] = /^#([a-z]*)(.*)/.exec(fragment) ?? [];
  return { name, tail };
}

const first = splitFragment(location.hash);

export const tails = signal<Readonly<Record<string, string>>>({ [first.name]: first.tail });

export function tailOf(name: string): string {
  return tails.value[name] ?? "";
}

export function setTail(name: string, tail: string): void {
  if ((tails.peek()[name] ?? "") !== tail) tails.value = { ...tails.peek(), [name]: tail };
}

/** The rows of a list in the page, by their keys; and the focus among them. */

export interface Focused {
  element: HTMLElement;
  key: string;
}

/** The key of the row that an element belongs to. */
export function keyOf(target: EventTarget | null): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest<HTMLElement>("[data-key]")?.dataset["key"] ?? null;
}

/** The name of the control that an element belongs to. */
export function controlOf(target: EventTarget | null): string | null {
  if (!(target instanceof Element)) return null;
  return target.closest<HTMLElement>("[data-control]")?.dataset["control"] ?? null;
}

export class RowElements {
  readonly #list: () => HTMLElement | null;

  constructor(list: () => HTMLElement | null) {
    this.#list = list;
  }

  *[Symbol.iterator](): Generator<[string, HTMLElement]> {
    for (const element of this.#list()?.children ?? []) {
      const row = element as HTMLElement;
      const key = row.dataset["key"];
      if (key !== undefined) yield [key, row];
    }
  }

  find(wanted: string): HTMLElement | null {
    for (const [key, element] of this) if (key === wanted) return element;
    return null;
  }

  get haveFocus(): boolean {
    return this.#list()?.contains(document.activeElement) ?? false;
  }

  /** Whether focus is visible, as for keyboard users. */
  get showFocus(): boolean {
    return this.#list()?.querySelector(":focus-visible") != null;
  }

  focused(): Focused | null {
    const element = document.activeElement;
    const key = keyOf(element);
    if (!this.haveFocus || key === null) return null;
    return { element: element as HTMLElement, key };
  }

  /** Focuses the row, or that control of it; false when it is not in the page. */
  focus(key: string, control: string | null): boolean {
    const row = this.find(key);
    const wanted = control && row?.querySelector<HTMLElement>(`[data-control="${control}"]`);
    (wanted || row)?.focus({ preventScroll: true });
    return row !== null;
  }

  /** Older browsers lose focus when a row changes its place in the page; a removed row loses it everywhere. */
  giveFocusBack({ element, key }: Focused, successor: string | null): void {
    const { activeElement } = document;
    if (activeElement && activeElement !== document.body) return;
    if (element.isConnected) element.focus({ preventScroll: true });
    else if (!this.focus(key, null) && successor !== null) this.focus(successor, null);
  }
}

/**
 * A list of any length of which only the visible rows exist, all of one height.
 *
 * Rows are identified by their keys: they glide when they move, visible rows stay where they are when something
 * changes above, and focus stays on its row. One row is the list's stop for the Tab key; arrows go from row to row,
 * and from a control (`data-control`) to the same control of the next row.
 */

import { Component, type ComponentChild, createRef, type RefObject } from "preact";
import { hasModifier, rowForKey } from "./keyboard.ts";
import { RowAnimation, type Scene } from "./row_animation.ts";
import { controlOf, type Focused, keyOf, RowElements } from "./row_elements.ts";
import { Viewport } from "./viewport.ts";
import { type ListProps, type ListState, virtualRow } from "./virtual_row.tsx";
import {
  commonShift,
  drawnSpan,
  indicesDrawn,
  keysLeaving,
  type Span,
  scrollTopFor,
  seenSpan,
  shiftsOf,
  successorOf,
} from "./virtual_window.ts";
import "./virtual_list.css";

interface Props extends ListProps {
  /** Holds the list itself while it is there. */
  ref?: RefObject<VirtualList | null>;
}

// A little more than a glide takes.
const LEAVING_MILLISECONDS = 200;

export class VirtualList extends Component<Props, ListState> {
  override state: ListState = { span: { first: 0, end: 0 }, activeKey: null, leaving: [] };

  readonly #viewport = new Viewport();
  readonly #list = createRef<HTMLUListElement>();
  readonly #rows = new RowElements(() => this.#list.current);
  readonly #motion = new RowAnimation();
  #unwatch = () => {};
  /** How the list was before the change that is being drawn. */
  #before: Scene | null = null;
  #isPressed = false;
  #focusRequest: { key: string; control: string | null } | null = null;
  #scrollRequest: { key: string; where: "nearest" | "middle" } | null = null;
  #leavingTimer: ReturnType<typeof setTimeout> | undefined;

  // --- For the component that owns the list -----------------------------------------------------------

  /** What scrolls; null before the list is drawn. */
  get scroller(): HTMLElement | null {
    return this.#viewport.scroller.current;
  }

  /** Pixels. */
  get rowPixels(): number {
    return this.#viewport.sight.row;
  }

  /** Pixels; known without asking the browser. */
  get scrollTop(): number {
    return this.#viewport.sight.scrollTop;
  }

  /** Scrolls by so many pixels, without animation. */
  scrollBy(pixels: number): void {
    this.#viewport.scrollAtOnce(this.scrollTop + pixels);
  }

  /** Scrolls until the row is in sight. */
  scrollTo(key: string, where: "nearest" | "middle" = "middle"): void {
    const index = this.props.indexOf(key);
    if (index < 0) return;
    if (this.#viewport.isKnown) this.#viewport.scrollSoftly(scrollTopFor(this.#viewport.sight, index, where));
    else this.#scrollRequest = { key, where };
  }

  /** Focuses the row, or that control of it, and scrolls it into view unless `scroll` is false. */
  focus(
    key: string,
    { control = null, scroll = true }: { control?: string | null; scroll?: boolean } = {},
  ): void {
    const index = this.props.indexOf(key);
    if (index < 0) return;
    const { sight } = this.#viewport;
    if (scroll) this.#viewport.scrollAtOnce(scrollTopFor(sight, index, "nearest"));
    // At once where it is drawn: the next key may be pressed already.
    this.#focusRequest = this.#rows.focus(key, control) ? null : { key, control };
    this.setState({ activeKey: key, span: this.#spanInSight() });
  }

  /** Shows the row so many pixels below the list's top, out of its place, until it is released. */
  pin(key: string, top: number): void {
    const isNew = this.#motion.pinnedKey !== key;
    this.#motion.pin(key, top);
    // It stays drawn from now on.
    if (isNew) this.setState({});
    this.#motion.showPinned(this.#rows, this.#placeOf);
  }

  /** Lets the pinned row glide to its place. */
  release(): void {
    this.#motion.release(this.#rows, this.#placeOf);
  }

  // --- Its life --------------------------------------------------------------------------------------

  override componentDidMount(): void {
    this.#setRef(this);
    this.#unwatch = this.#viewport.watch(() => this.setState({ span: this.#spanInSight() }));
  }

  override componentWillUnmount(): void {
    this.#setRef(null);
    this.#unwatch();
    clearTimeout(this.#leavingTimer);
  }

  override componentWillReceiveProps(next: Readonly<Props>): void {
    if (next.indexOf === this.props.indexOf) {
      if (next.count !== this.props.count) this.setState({ span: this.#spanInSight(next.count) });
      return;
    }
    const { sight } = this.#viewport;
    this.#before ??= { order: this.props, sight };
    const seen = seenSpan(sight, this.props.count);
    if (this.#keepsPosition()) {
      const shift = commonShift(shiftsOf(seen, this.props, next)) * sight.row;
      this.#viewport.intend(sight.scrollTop + shift, next.count, Boolean(next.tail));
    }
    const activeKey = this.#moveFocus(next);
    const span = this.#spanInSight(next.count);
    this.setState({ activeKey, span, leaving: keysLeaving(seen, span, this.props, next) });
  }

  override getSnapshotBeforeUpdate(): Focused | null {
    return this.#rows.focused();
  }

  override componentDidUpdate(_props: Props, state: ListState, focused: Focused | null): void {
    const before = this.#before;
    this.#before = null;
    if (before) this.#settle(before);
    this.#motion.showPinned(this.#rows, this.#placeOf);
    this.#fulfilRequests();
    if (focused) this.#rows.giveFocusBack(focused, this.state.activeKey);
    if (state.span !== this.state.span) this.#reportRange();
  }

  /** A component's `ref` is one of its properties, and its own affair. */
  #setRef(list: VirtualList | null): void {
    if (this.props.ref) this.props.ref.current = list;
  }

  #spanInSight(count = this.props.count): Span {
    return drawnSpan(this.#viewport.sight, count);
  }

  readonly #onScroll = (): void => {
    this.#viewport.read();
    const span = this.#spanInSight();
    if (span.first === this.state.span.first && span.end === this.state.span.end) return;
    this.setState({ span, activeKey: this.#activeInSight() });
  };

  #reportRange(): void {
    const { first, end } = this.state.span;
    if (end > first) this.props.onRangeChange?.(first, end - 1);
  }

  // --- When the list has changed ---------------------------------------------------------------------

  /** At its very top the list shows new rows there, unless the user touches it. */
  #keepsPosition(): boolean {
    return this.scrollTop >= 1 || this.#motion.pinnedKey !== null || this.#isPressed;
  }

  /** Determines the active row; for keyboard users it stays visible wherever it moves. */
  #moveFocus(next: Readonly<Props>): string | null {
    const request = this.#focusRequest;
    const key = successorOf(request ? request.key : this.state.activeKey, this.props, next);
    if (request) this.#focusRequest = key === null ? null : { ...request, key };
    if (key !== null && this.#rows.showFocus) {
      this.#viewport.intend(scrollTopFor(this.#viewport.sight, next.indexOf(key), "nearest"), next.count);
    }
    return key;
  }

  /** Scrolls and glides to what is drawn now. */
  #settle(before: Scene): void {
    const { order, sight } = before;
    const shift = this.scrollTop - sight.scrollTop;
    let from = sight.scrollTop;
    if (this.props.count < order.count) {
      // The browser may have scrolled by itself, as far as the list still goes.
      this.#viewport.scrollAtOnce(this.scrollTop);
    } else if (shift) {
      // The user may be scrolling. Without a shift the position is not read, because that costs a layout.
      from = this.#viewport.read();
      this.#viewport.scrollAtOnce(from + shift);
    }
    const now = { order: this.props, sight: this.#viewport.sight };
    this.#motion.follow(this.#rows, { order, sight: { ...sight, scrollTop: from } }, now);
    clearTimeout(this.#leavingTimer);
    if (!this.state.leaving.length) return;
    this.#leavingTimer = setTimeout(() => this.setState({ leaving: [] }), LEAVING_MILLISECONDS);
  }

  // --- Focus and keys --------------------------------------------------------------------------------

  /** While focus is elsewhere, Tab leads to a row in sight. */
  #activeInSight(): string | null {
    const { activeKey } = this.state;
    if (this.#rows.haveFocus) return activeKey;
    const { first, end } = seenSpan(this.#viewport.sight, this.props.count);
    const place = activeKey === null ? -1 : this.props.indexOf(activeKey);
    if (place >= first && place < end) return activeKey;
    return first < end ? this.props.keyAt(first) : null;
  }

  #activeIndex(): number {
    const { activeKey } = this.state;
    const place = activeKey === null ? -1 : this.props.indexOf(activeKey);
    return place < 0 ? seenSpan(this.#viewport.sight, this.props.count).first : place;
  }

  readonly #onPointer = (event: PointerEvent): void => {
    this.#isPressed = event.type === "pointerdown";
  };

  readonly #onFocusIn = (event: FocusEvent): void => {
    const key = keyOf(event.target);
    if (key !== null && key !== this.state.activeKey) this.setState({ activeKey: key });
  };

  readonly #onKeyDown = (event: KeyboardEvent): void => {
    const key = keyOf(event.target);
    if (key === null) return;
    this.props.onRowKey?.(event, key);
    if (event.defaultPrevented || hasModifier(event) || event.shiftKey) return;
    const { height, row } = this.#viewport.sight;
    const page = Math.max(1, Math.floor(height / row) - 1);
    const next = rowForKey(event.key, this.props.indexOf(key), this.props.count, page);
    if (next === null) return;
    event.preventDefault();
    this.focus(this.props.keyAt(next), { control: controlOf(event.target) });
  };

  readonly #onClick = ({ target }: MouseEvent): void => {
    const row = (target as Element).closest<HTMLElement>("button, a, [data-key]");
    const key = row?.dataset["key"];
    if (row && key !== undefined) this.props.onRowPress?.(key, row);
  };

  #fulfilRequests(): void {
    const sight = this.#scrollRequest;
    if (sight && this.#viewport.isKnown) {
      this.#scrollRequest = null;
      this.scrollTo(sight.key, sight.where);
    }
    const request = this.#focusRequest;
    if (request && this.#rows.focus(request.key, request.control)) this.#focusRequest = null;
  }

  /** In pixels from the top of the list. */
  readonly #placeOf = (key: string): number => this.props.indexOf(key) * this.rowPixels;

  /** In order: those in sight, and those that must not vanish. */
  #drawnIndices(active: number): number[] {
    const { span, leaving } = this.state;
    const { count, indexOf } = this.props;
    const { pinnedKey } = this.#motion;
    const others = (pinnedKey === null ? leaving : [...leaving, pinnedKey]).map(indexOf);
    return indicesDrawn(span, this.#viewport.isKnown ? [...others, active] : others, count);
  }

  override render(): ComponentChild {
    const { count, rowHeight, label, tail, children } = this.props;
    const active = this.#activeIndex();
    return (
      <div
        class="virtual-list"
        ref={this.#viewport.scroller}
        onScroll={this.#onScroll}
        onPointerDown={this.#onPointer}
        onPointerUp={this.#onPointer}
        onPointerCancel={this.#onPointer}
        onPointerLeave={this.#onPointer}
      >
        <div class="virtual-probe" ref={this.#viewport.probe} style={{ height: rowHeight }} />
        <ul
          class="virtual-rows"
          // biome-ignore lint/a11y/noRedundantRoles: without bullets Safari takes a list for none.
          role="list"
          aria-label={label}
          ref={this.#list}
          style={{ height: `calc(${rowHeight} * ${count})` }}
          onFocusIn={this.#onFocusIn}
          onKeyDown={this.#onKeyDown}
          onClick={this.#onClick}
        >
          {this.#drawnIndices(active).map((index) =>
            virtualRow(this.props, { index, isActive: index === active, rowPixels: this.rowPixels }),
          )}
        </ul>
        {tail}
        {children}
      </div>
    );
  }
}

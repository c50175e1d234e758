/**
 * A list of any length of which only the rows in sight exist, all of one height.
 *
 * Rows are known by their keys: they glide when they move, what is under the eye stays there when something changes
 * above, and focus stays on the row that it is on. One row is the list's stop for the Tab key; arrows go from row to
 * row, and from a control (`data-control`) to the same control of the next row.
 */

import { Component, type ComponentChild, createRef, type RefObject } from "preact";
import type { ListProps, ListState } from "./list_props.ts";
import { controlOf, type Focused, keyOf, RowElements } from "./row_elements.ts";
import { isChord, rowForKey } from "./row_keys.ts";
import { RowMotion, type Scene } from "./row_motion.ts";
import { keysLeaving, shiftsOf, successorOf } from "./row_order.ts";
import { Viewport } from "./viewport.ts";
import { virtualRow } from "./virtual_row.tsx";
import { commonShift, drawnSpan, indicesDrawn, type Span, scrollTopFor, seenSpan } from "./virtual_window.ts";
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
  readonly #motion = new RowMotion();
  #unwatch = () => {};
  /** How the list was before the change that is being drawn. */
  #before: Scene | null = null;
  #isPressed = false;
  #focusWish: { key: string; control: string | null } | null = null;
  #sightWish: { key: string; where: "nearest" | "middle" } | null = null;
  #leavingTimer: ReturnType<typeof setTimeout> | undefined;

  // --- For whoever holds the list --------------------------------------------------------------------

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

  /** So many pixels, at once. */
  scrollBy(pixels: number): void {
    this.#viewport.scrollAtOnce(this.scrollTop + pixels);
  }

  /** Scrolls until the row is in sight. */
  scrollTo(key: string, where: "nearest" | "middle" = "middle"): void {
    const index = this.props.indexOf(key);
    if (index < 0) return;
    if (this.#viewport.isKnown) this.#viewport.scrollSoftly(scrollTopFor(this.#viewport.sight, index, where));
    else this.#sightWish = { key, where };
  }

  /** Puts focus on the row, or on that control of it; brings it into sight unless told not to. */
  focus(
    key: string,
    { control = null, scroll = true }: { control?: string | null; scroll?: boolean } = {},
  ): void {
    const index = this.props.indexOf(key);
    if (index < 0) return;
    const { sight } = this.#viewport;
    if (scroll) this.#viewport.scrollAtOnce(scrollTopFor(sight, index, "nearest"));
    // At once where it is drawn: the next key may be pressed already.
    this.#focusWish = this.#rows.focus(key, control) ? null : { key, control };
    this.setState({ activeKey: key, span: this.#spanInSight() });
  }

  /** Shows the row so many pixels below the list's top, out of its place, until it is let go. */
  hold(key: string, top: number): void {
    const isNew = this.#motion.heldKey !== key;
    this.#motion.hold(key, top);
    // It stays drawn from now on.
    if (isNew) this.setState({});
    this.#motion.showHeld(this.#rows, this.#placeOf);
  }

  /** Lets the held row glide to its place. */
  letGo(): void {
    this.#motion.letGo(this.#rows, this.#placeOf);
  }

  // --- Its life --------------------------------------------------------------------------------------

  override componentDidMount(): void {
    this.#tellHolder(this);
    this.#unwatch = this.#viewport.watch(() => this.setState({ span: this.#spanInSight() }));
  }

  override componentWillUnmount(): void {
    this.#tellHolder(null);
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
    if (this.#staysUnderTheEye()) {
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
    this.#motion.showHeld(this.#rows, this.#placeOf);
    this.#carryOutWishes();
    if (focused) this.#rows.giveFocusBack(focused, this.state.activeKey);
    if (state.span !== this.state.span) this.#tellRange();
  }

  /** A component's `ref` is one of its properties, and its own affair. */
  #tellHolder(list: VirtualList | null): void {
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

  #tellRange(): void {
    const { first, end } = this.state.span;
    if (end > first) this.props.onRangeChange?.(first, end - 1);
  }

  // --- When the list has changed ---------------------------------------------------------------------

  /** At its very top the list shows what comes in there, unless somebody's finger is on it. */
  #staysUnderTheEye(): boolean {
    return this.scrollTop >= 1 || this.#motion.heldKey !== null || this.#isPressed;
  }

  /** Finds the row that is active from now on; who goes by keyboard sees it wherever it moves. */
  #moveFocus(next: Readonly<Props>): string | null {
    const wish = this.#focusWish;
    const key = successorOf(wish ? wish.key : this.state.activeKey, this.props, next);
    if (wish) this.#focusWish = key === null ? null : { ...wish, key };
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
      // Somebody may just be scrolling. Without a shift nobody asks where: the answer costs a layout.
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
    if (event.defaultPrevented || isChord(event) || event.shiftKey) return;
    const { height, row } = this.#viewport.sight;
    const page = Math.max(1, Math.floor(height / row) - 1);
    const next = rowForKey(event.key, this.props.indexOf(key), this.props.count, page);
    if (next === null) return;
    event.preventDefault();
    this.focus(this.props.keyAt(next), { control: controlOf(event.target) });
  };

  #carryOutWishes(): void {
    const sight = this.#sightWish;
    if (sight && this.#viewport.isKnown) {
      this.#sightWish = null;
      this.scrollTo(sight.key, sight.where);
    }
    const wish = this.#focusWish;
    if (wish && this.#rows.focus(wish.key, wish.control)) this.#focusWish = null;
  }

  /** In pixels from the top of the list. */
  readonly #placeOf = (key: string): number => this.props.indexOf(key) * this.rowPixels;

  /** In order: those in sight, and those that must not vanish. */
  #drawnIndices(active: number): number[] {
    const { span, leaving } = this.state;
    const { count, indexOf } = this.props;
    const { heldKey } = this.#motion;
    const others = (heldKey === null ? leaving : [...leaving, heldKey]).map(indexOf);
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

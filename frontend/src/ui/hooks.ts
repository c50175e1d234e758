/** Hooks and wrappers of components: fewer renders, no retained ones, layers that Back closes. */

import { Component, type ComponentChild, type ComponentType, type FunctionComponent, h } from "preact";
import { useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { layers } from "../navigation/layers.ts";

/** A component that renders again only if one of its properties has changed. */
export function memo<Props extends object>(
  drawn: FunctionComponent<Props>,
): new (
  props: Props,
) => Component<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      return !areEqual(this.props as Props, next as Props);
    }

    override render(): ComponentChild {
      return h(drawn, this.props as Props & { key?: never });
    }
  };
}

function areEqual(one: object, other: object): boolean {
  const names = Object.keys(one) as (keyof typeof one)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => Object.is(one[name], other[name]))
  );
}

/**
 * For a component that exists for long and renders often, with memoized rows in it.
 *
 * Preact retains, in the properties of the element around a component, the virtual nodes of its first rendering. Through
 * memoized rows these refer to those of every later rendering, with all their elements. Inside of another component there
 * is no such element, so that only the current nodes are retained.
 */
export function releaseVnodes<Props extends object>(drawn: ComponentType<Props>): FunctionComponent<Props> {
  return function Released(props: Props) {
    return h(drawn, props as Props & { key?: never });
  };
}

/** A function that stays the same in all renderings and calls the one of the last rendering. */
export function useStableCallback<Given extends unknown[], Result>(
  run: (...given: Given) => Result,
): (...given: Given) => Result {
  const latest = useRef(run);
  latest.current = run;
  return useMemo(
    () =>
      (...given: Given) =>
        latest.current(...given),
    [],
  );
}

/** While it is open, the browser's Back closes it. */
export function useLayer(close: () => void, isOpen = true): void {
  const latest = useStableCallback(close);
  useLayoutEffect(() => (isOpen ? layers.open(latest) : undefined), [isOpen]);
}

/**
 * A component of which nothing is kept but what is drawn now.
 *
 * Preact keeps, in the properties of the element around it, the drawing that a component began with, also long after
 * the component has drawn itself anew. Where rows of that drawing were passed over (`memo`), it leads on to the next
 * drawing and so to every one since, with all their elements. Behind another component there is no such element.
 */

import { type ComponentType, type FunctionComponent, h } from "preact";

/** For a part of the page that lives long and draws itself anew, with rows in it that don't. */
export function unheld<Props extends object>(drawn: ComponentType<Props>): FunctionComponent<Props> {
  return function Unheld(props: Props) {
    return h(drawn, props as Props & { key?: never });
  };
}

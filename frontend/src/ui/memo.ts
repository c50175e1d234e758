/** A component that is drawn anew only when one of its properties is another one. */

import { Component, type ComponentChild, type FunctionComponent, h } from "preact";

export function memo<Props extends object>(
  drawn: FunctionComponent<Props>,
): new (
  props: Props,
) => Component<Props> {
  return class Memo extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      return !areAlike(this.props as Props, next as Props);
    }

    override render(): ComponentChild {
      return h(drawn, this.props as Props & { key?: never });
    }
  };
}

function areAlike(one: object, other: object): boolean {
  const names = Object.keys(one) as (keyof typeof one)[];
  return (
    names.length === Object.keys(other).length && names.every((name) => Object.is(one[name], other[name]))
  );
}

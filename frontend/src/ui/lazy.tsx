/** Parts of the page that are loaded when they are shown for the first time. */

import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";

/** A component whose code comes with its first showing; `skeleton` stands there until then. */
export function lazy<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  skeleton = <div class="skeleton" aria-hidden="true" />,
): ComponentType<Props> {
  let found: ComponentType<Props> | null = null;
  return function Lazy(props: Props) {
    const [, setLoaded] = useState(found !== null);
    useEffect(() => {
      if (found) return;
      load().then(
        (component) => {
          found = component;
          setLoaded(true);
        },
        () => {
          // Without a network it stays a skeleton; the next showing tries again.
        },
      );
    }, []);
    const Component = found;
    return Component ? <Component {...props} /> : skeleton;
  };
}

/** How the tabs of a browser notice what another one has done to the outbox. */

import type { Cancel, Environment } from "./environment.ts";

// Where tabs can't tell each other, they look.
const LOOK_MS = 2_000;

export interface Tabs {
  /** Makes the others look. */
  tell(): void;
  close: Cancel;
}

export function listenToTabs(environment: Environment, name: string, look: () => void): Tabs {
  const { openChannel, after } = environment;
  if (openChannel) {
    const channel = openChannel(name, look);
    return { tell: () => channel.send("changed"), close: () => channel.close() };
  }
  let cancel: Cancel;
  const lookLater = () => {
    cancel = after(LOOK_MS, () => {
      lookLater();
      look();
    });
  };
  lookLater();
  return { tell: () => {}, close: () => cancel() };
}

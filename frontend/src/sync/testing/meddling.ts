/** Somebody who does whatever comes to mind to a room. */

import { type ModelRoom, Refused } from "./model_room.ts";
import type { World } from "./world.ts";

export function meddle(room: ModelRoom, world: World, { tracks = 12, who = "cem" } = {}): void {
  const anybody = () => (room.items.length > 0 ? world.pick(room.items).id : 0);
  const doings = [
    () => room.add(1 + Math.floor(world.random() * tracks), who, {}),
    () => room.add(1 + Math.floor(world.random() * tracks), who, { before: anybody() }),
    () => room.move(anybody(), { before: anybody() }),
    () => room.move(anybody(), { after: anybody() }),
    () => room.vote(anybody(), who, world.pick([-1, 0, 1])),
    () => room.play(anybody()),
    () => room.stop(),
    () => room.remove(anybody()),
    () => room.restore(world.pick([0, ...room.removed.keys()])),
  ];
  try {
    world.pick(doings)();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/** A world with a server and Ada's browser. */

import { Browser, type Tab } from "./browser.ts";
import { trackOf } from "./model_room.ts";
import { ModelServer } from "./model_server.ts";
import { World } from "./world.ts";

export function setting({ tracks = 0, seed = 1 } = {}) {
  const world = new World(seed);
  const server = new ModelServer(world);
  for (let id = 1; id <= tracks; id += 1) server.main.add(id, "Cem", {});
  return { world, server, browser: new Browser(world, server, "ada") };
}

/** The same, and a tab that is live. */
export async function liveSetting(options: Parameters<typeof setting>[0] = {}) {
  const all = setting(options);
  const tab = await all.browser.open();
  await all.world.until(() => tab.client.view.connection.kind === "live");
  await all.world.pass(1_000);
  return { ...all, tab };
}

export function addTrack(tab: Tab, track: number): string {
  return tab.client.act({ kind: "add", track: trackOf(track), addedBy: "Ada", place: null });
}

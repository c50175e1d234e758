/** Text from the socket, read with care: what isn't a frame is passed over. */

import type { ServerFrame } from "./wire.ts";

export function frameOf(text: string): ServerFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    const isFrame = typeof frame === "object" && frame !== null && "type" in frame;
    return isFrame ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}

/** Text from the socket, read with care: what isn't a frame is passed over. */

import type { AnyFrame } from "./wire.ts";

export function frameOf(text: string): AnyFrame | null {
  try {
    const frame: unknown = JSON.parse(text);
    const isFrame = typeof frame === "object" && frame !== null && "type" in frame;
    return isFrame ? (frame as AnyFrame) : null;
  } catch {
    return null;
  }
}

/** What one says of tracks, told to the server once each. */

import { signal } from "@preact/signals";
import { tellActivity } from "../api/analytics.ts";
import type { NewActivity } from "../generated/api.ts";
import { sendOnce } from "./send_once.ts";
import { asMyself } from "./session.ts";

/** Rises with each that was told: figures go by it. */
export const activityChanges = signal(0);

/** Rejects with an `ApiProblem`. */
export async function tellOf(activity: NewActivity): Promise<void> {
  await asMyself(() => sendOnce(activity, tellActivity));
  activityChanges.value += 1;
}

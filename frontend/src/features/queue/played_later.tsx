/** What was played, whose code comes once the queue is shown. */

import { lazy } from "../../ui/lazy.tsx";

export const Played = lazy(() => import("./played.tsx").then((module) => module.Played), {
  Failed: () => null,
  skeleton: <span hidden />,
});

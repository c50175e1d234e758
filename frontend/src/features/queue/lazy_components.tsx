/** What of the queue is loaded once it is shown. */

import { useEffect } from "preact/hooks";
import { messages, withLazyMessages } from "../../locales/index.ts";
import { showToast } from "../../store/toasts.ts";
import { lazy } from "../../ui/lazy.tsx";

const RETRY_MILLISECONDS = 3000;

export const loadItemMenu = () =>
  withLazyMessages(import("./item_menu.tsx").then((module) => module.ItemMenu));

export const ItemMenu = lazy(loadItemMenu, { Failed: MenuFailed, skeleton: <span hidden /> });

export const PlayedItems = lazy(
  () => withLazyMessages(import("./played_items.tsx").then((module) => module.PlayedItems)),
  {
    Failed: () => null,
    skeleton: <span hidden />,
  },
);

export const DragItems = lazy(() => import("./drag_items.ts").then((module) => module.DragItems), {
  Failed: RetryLater,
  skeleton: <span hidden />,
});

function MenuFailed() {
  useEffect(() => void showToast(messages().app.partFailed), []);
  return null;
}

function RetryLater({ retry }: { retry: () => void }) {
  useEffect(() => {
    const timer = setTimeout(retry, RETRY_MILLISECONDS);
    return () => clearTimeout(timer);
  }, []);
  return null;
}

/** The menu of an item, whose code comes once the queue is shown. */

import { useEffect } from "preact/hooks";
import { tell } from "../../store/toasts.ts";
import { lazy } from "../../ui/lazy.tsx";
import { words } from "../../words/index.ts";

export const loadItemMenu = () => import("./item_menu.tsx").then((module) => module.ItemMenu);

export const ItemMenu = lazy(loadItemMenu, { Failed: MenuFailed, skeleton: <span hidden /> });

function MenuFailed() {
  useEffect(() => void tell(words().app.partFailed), []);
  return null;
}

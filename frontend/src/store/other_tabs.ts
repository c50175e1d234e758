/** Who signs in or out in one tab of a browser does so in all of them: the session is the browser's. */

import { onOtherTabsSession } from "./account.ts";
import { recogniseMe } from "./guest.ts";
import { becameAnother } from "./room.ts";

export function followOtherTabs(): void {
  onOtherTabsSession(async () => {
    await recogniseMe();
    becameAnother();
  });
}

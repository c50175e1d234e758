/** The part of the page about the room, the rooms beside it, and oneself. */

import { view } from "../../store/room.ts";
import { About } from "./about.tsx";
import { RoomList } from "./room_list.tsx";
import { Share } from "./share.tsx";
import { TakeAlong } from "./take_along.tsx";
import { ThisRoom } from "./this_room.tsx";
import { You } from "./you.tsx";
import "./rooms.css";

export function RoomPanel() {
  return (
    <div class="rooms">
      <ThisRoom key={view.value.room} />
      <Share />
      <RoomList />
      <You />
      <TakeAlong />
      <About />
    </div>
  );
}

/** The protocol of Tutti for clients: see README.md in this folder. */

export type { Action, ActionKind, ItemRef, Place, StoredAction, Vote } from "./actions.ts";
export { newOpId } from "./actions.ts";
export { browserEnvironment } from "./browser_environment.ts";
export { ChartClient, type ChartListener } from "./chart_client.ts";
export type { Environment, Signal, Socket, SocketFactory, SocketListener } from "./environment.ts";
export type {
  ChartsEvent,
  ClientMessage,
  Edition,
  Item,
  PeopleChanged,
  Player,
  PlayerChange,
  Room,
  RoomMessage,
  Speaker,
  SpeakerReportMessage,
  StreamEvent,
  Track,
} from "./messages.ts";
export { RoomClient, type RoomClientOptions } from "./room_client.ts";
export type { ConnectionState, Notice, Rejection, RoomView, ShownItem } from "./view.ts";

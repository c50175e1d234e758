// Node's `ws`: `node server.js plain|joined CLIENTS FEED`, the last two being listening sockets of its starter.
// `plain` is how people write it; `joined` makes the frame once and writes what one turn brings once a socket.

import { createServer } from "node:http";
import { createServer as createFeed } from "node:net";
import { Sender, WebSocket, WebSocketServer } from "ws";

const [way, clients, lines] = process.argv.slice(2);
const server = createServer();
const sockets = new WebSocketServer({ server, perMessageDeflate: false });

function sendToEach(text) {
  for (const client of sockets.clients) {
    if (client.readyState === WebSocket.OPEN) client.send(text);
  }
}

let turn = [];

function joinIntoTurn(text) {
  if (turn.length === 0) setImmediate(writeTurn);
  const options = { fin: true, opcode: 1, mask: false, readOnly: true, rsv1: false };
  turn.push(...Sender.frame(Buffer.from(text), options));
}

function writeTurn() {
  const bytes = Buffer.concat(turn);
  turn = [];
  for (const client of sockets.clients) {
    if (client.readyState === WebSocket.OPEN) client._socket.write(bytes);
  }
}

const broadcast = way === "joined" ? joinIntoTurn : sendToEach;

const feed = createFeed((connection) => {
  let rest = "";
  connection.setEncoding("utf8");
  connection.on("data", (piece) => {
    const texts = (rest + piece).split("\n");
    rest = texts.pop();
    texts.forEach(broadcast);
  });
});

server.listen({ fd: Number(clients) });
feed.listen({ fd: Number(lines) });

// Joins a room, votes for its first track, and prints the queue whenever it changes. Ctrl-C ends it.
import { RoomClient } from "./index.ts";

const [server = "http://localhost:4000", room = "main"] = process.argv.slice(2);
const client = new RoomClient({ room, apiBase: server, socketBase: server.replace("http", "ws") });
const print = (line: string) => process.stdout.write(`${line}\n`);
let hasVoted = false;

client.subscribe(({ connection, seq, items }) => {
  print(`${connection.kind} at #${seq}`);
  for (const { track, votes, pending } of items) print(`  ${votes}  ${track.title}  ${pending.join(", ")}`);
  const [first] = items;
  if (hasVoted || !first) return;
  hasVoted = true;
  client.act({ kind: "vote", item: first.ref, value: 1 });
});

client.onNotice((notice) => {
  if (notice.kind === "rejected") print(`Rejected: ${notice.rejection.message}`);
});

await client.start();

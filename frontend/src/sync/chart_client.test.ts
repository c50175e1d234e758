import { beforeEach, describe, expect, test } from "vitest";
import { CHART_STREAM, ChartClient } from "./chart_client.ts";
import type { Cancel, SocketListener } from "./environment.ts";
import type { ChartsEvent, ChartsMessage, Edition } from "./messages.ts";
import { Simulation } from "./testing/simulation.ts";

const EPOCH = "e1";
const edition = (genre: string, date: string, is_sample = false): Edition => ({ genre, date, is_sample });
const POP = edition("pop", "2025-12-04");
const RAP = edition("rap", "2025-12-03");

function published(payload: Edition, seq = 1): ChartsEvent {
  const envelope = { stream: "charts", epoch: EPOCH, seq, ts: "2025-12-04T02:30:00Z", op_id: null };
  return { ...envelope, type: "chart.published", payload };
}

function failed(seq: number): ChartsEvent {
  const { stream, epoch, ts, op_id } = published(POP);
  const payload = { service: "spotify", genre: "pop" };
  return { stream, epoch, ts, op_id, seq, type: "source.failed", payload };
}

describe("the state", () => {
  test("has the digest that the protocol's page gives as an example", () => {
    expect(CHART_STREAM.digestOf([POP, RAP])).toBe("39371995132a3497");
    expect(CHART_STREAM.digestOf([POP, { ...RAP, is_sample: true }])).not.toBe("39371995132a3497");
  });

  test("is the newest edition of each genre, in the order of snapshots", () => {
    const dance = edition("dance", "2025-12-01");
    expect(CHART_STREAM.fold([POP, RAP], published(dance))).toEqual([POP, dance, RAP]);
    const newer = edition("pop", "2025-12-05");
    expect(CHART_STREAM.fold([POP, RAP], published(newer))).toEqual([newer, RAP]);
    const other = edition("polka", "2025-12-05");
    expect(CHART_STREAM.fold([POP, RAP], published(other))).toEqual([POP, RAP, other]);
  });

  test("is not changed by an edition of a day before, nor by a source that fails", () => {
    const before = [POP, RAP];
    expect(CHART_STREAM.fold(before, published(edition("pop", "2025-12-01")))).toBe(before);
    expect(CHART_STREAM.fold(before, failed(2))).toBe(before);
  });

  test("has no edition of a genre whose charts are gone", () => {
    const { stream, epoch, seq, ts, op_id } = published(POP);
    const gone = {
      stream,
      epoch,
      seq,
      ts,
      op_id,
      type: "chart.withdrawn",
      payload: { genre: "pop" },
    } as const;
    expect(CHART_STREAM.fold([POP, RAP], gone)).toEqual([RAP]);
  });
});

describe("the stream", () => {
  let simulation: Simulation;
  let sockets: { url: string; listener: SocketListener; said: string[]; isOpen: boolean }[];
  let log: string[];
  let client: ChartClient;

  const last = () => sockets.at(-1) as (typeof sockets)[number];
  const say = (message: ChartsMessage) => last().listener.received(JSON.stringify(message));
  const greet = (seq: number, epoch = EPOCH) =>
    say({
      type: "connection.established",
      message: "",
      payload: { stream: "charts", epoch, seq, heartbeat_seconds: 25 },
    });
  const snapshot = (seq: number, items: Edition[], epoch = EPOCH) =>
    say({ type: "charts.snapshot", payload: { epoch, seq, items } });
  const asked = () => last().said.filter((type) => type !== "ping");

  beforeEach(() => {
    [simulation, sockets, log] = [new Simulation(), [], []];
    client = new ChartClient(
      {
        socketBase: "ws://server",
        environment: {
          now: () => simulation.now,
          uptime: () => simulation.now,
          random: simulation.random,
          after: (milliseconds, callback): Cancel => simulation.schedule(milliseconds, callback),
          isOnline: () => true,
          onSignal: () => () => {},
          openSocket: (url, listener) => {
            const socket = { url, listener, said: [] as string[], isOpen: true };
            sockets.push(socket);
            return {
              send: (text) => socket.said.push((JSON.parse(text) as { type: string }).type),
              close: () => {
                socket.isOpen = false;
              },
            };
          },
        },
      },
      {
        happened: ({ type, seq }) => log.push(`${type} ${seq}`),
        replaced: (editions) => log.push(`all ${editions.map(({ genre }) => genre).join(" ")}`),
      },
    );
    client.start();
  });

  test("begins with the whole state, and goes on with each event once", () => {
    expect(last().url).toBe("ws://server/ws/charts/?epoch=none&since=0");
    greet(3);
    snapshot(3, [POP, RAP]);
    say(published(POP, 4));
    say(published(POP, 4));
    say(failed(5));
    expect(log).toEqual(["all pop rap", "chart.published 4", "source.failed 5"]);
  });

  test("requests missed events, and reports them in order", async () => {
    greet(3);
    snapshot(3, [POP]);
    say(failed(5));
    expect(log).toEqual(["all pop"]);
    await simulation.pass(400);
    expect(asked()).toEqual(["resume"]);
    say(published(RAP, 4));
    expect(log).toEqual(["all pop", "chart.published 4", "source.failed 5"]);
  });

  test("fetches a snapshot where the digest differs", async () => {
    greet(3);
    snapshot(3, [POP]);
    say({ type: "heartbeat", payload: { epoch: EPOCH, seq: 3, digest: CHART_STREAM.digestOf([POP, RAP]) } });
    await simulation.pass(400);
    expect(asked()).toEqual(["snapshot"]);
    snapshot(3, [POP, RAP]);
    expect(log).toEqual(["all pop", "all pop rap"]);
    say({ type: "heartbeat", payload: { epoch: EPOCH, seq: 3, digest: CHART_STREAM.digestOf([POP, RAP]) } });
    await simulation.pass(400);
    expect(asked()).toEqual(["snapshot"]);
  });

  test("is left, and taken up again where it was", async () => {
    greet(3);
    snapshot(3, [POP]);
    client.stop();
    expect(last().isOpen).toBe(false);
    say(published(POP, 4));
    await simulation.pass(120_000);
    expect(sockets).toHaveLength(1);
    client.start();
    expect(last().url).toBe("ws://server/ws/charts/?epoch=e1&since=3");
    greet(4);
    say(published(POP, 4));
    expect(log).toEqual(["all pop", "chart.published 4"]);
  });
});

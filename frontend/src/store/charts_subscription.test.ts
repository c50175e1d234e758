import { afterEach, beforeEach, expect, test, vi } from "vitest";

const EPOCH = "e".repeat(32);
const DAY = "2025-12-04";

/** The server's end of the page's socket. */
class ScriptedSocket {
  static readonly OPEN = 1;
  static all: ScriptedSocket[] = [];
  readyState = 1;
  isOpen = true;
  onmessage: (event: { data: string }) => void = () => {};
  onclose: (event: { code: number }) => void = () => {};
  readonly url: string;

  constructor(url: string) {
    this.url = url;
    ScriptedSocket.all.push(this);
  }

  send(): void {}
  close(): void {
    this.isOpen = false;
  }

  say(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }

  tell(type: string, payload: object, seq: number): void {
    this.say({ type, payload, seq, epoch: EPOCH, stream: "charts", ts: "", op_id: null });
  }
}

let date: string;
let asked: number;
let charts: typeof import("./charts.ts");
let subscription: typeof import("./charts_subscription.ts");
let leave: () => void;

async function ask(address: string): Promise<Response> {
  const genres = [{ name: "pop", date, first_date: "2025-12-01", is_sample: false }];
  if (address.endsWith("/api/charts/")) return success({ genres, services: [], ranks: [] });
  asked += 1;
  return success({ genre: "pop", date, is_sample: false, sources: [], tracks: [] });
}

function success(data: object): Response {
  return new Response(JSON.stringify({ status: "success", message: "", data }));
}

const socket = () => ScriptedSocket.all.at(-1) as ScriptedSocket;
const snapshot = (seq: number, day = DAY) => {
  const payload = { epoch: EPOCH, seq, items: [{ genre: "pop", date: day, is_sample: false }] };
  socket().say({ type: "charts.snapshot", payload });
};
const published = (seq: number, day: string, genre = "pop") =>
  socket().tell("chart.published", { genre, date: day, is_sample: false }, seq);

function greet(seq: number): void {
  const payload = { heartbeat_seconds: 25, stream: "charts", epoch: EPOCH, seq };
  socket().say({ type: "connection.established", message: "", payload });
}

beforeEach(async () => {
  [date, asked, ScriptedSocket.all] = [DAY, 0, []];
  localStorage.clear();
  vi.stubGlobal("fetch", vi.fn(ask));
  vi.stubGlobal("WebSocket", ScriptedSocket);
  vi.resetModules();
  [charts, subscription] = [await import("./charts.ts"), await import("./charts_subscription.ts")];
  leave = subscription.followCharts();
  await vi.waitFor(() => expect(charts.shownChart.value.chart?.date).toBe(DAY));
  greet(3);
});

/** The stream is known. */
function begin(): void {
  snapshot(3);
}

afterEach(() => {
  leave();
  vi.unstubAllGlobals();
});

async function shows(day: string): Promise<void> {
  await vi.waitFor(() => expect(charts.shownChart.value.chart?.date).toBe(day));
}

test.each(["2025-12-05", "2025-11-05"])(
  "what was published after the first answer, of %s, is loaded",
  async (day) => {
    date = day;
    snapshot(3, day);
    await shows(day);
    expect(asked).toBe(2);
  },
);

test("what is published is loaded, by one question for all that comes together", async () => {
  begin();
  date = "2025-12-05";
  published(4, "2025-12-05");
  published(5, "2025-12-05", "rap");
  await shows("2025-12-05");
  expect(asked).toBe(2);
  expect(subscription.publishedChart.value).toEqual({ genre: "pop", date: "2025-12-05" });
});

test("what comes in place of what was missed is loaded, too", async () => {
  begin();
  date = "2025-12-05";
  snapshot(40, "2025-12-05");
  await shows("2025-12-05");
});

test("a past day stays shown", async () => {
  begin();
  date = "2025-12-05";
  charts.goToDay("2025-12-03");
  published(4, "2025-12-05");
  await vi.waitFor(() => expect(charts.days.value?.last).toBe("2025-12-05"));
  expect(charts.day.value).toBe("2025-12-03");
  expect(subscription.publishedChart.value).toBeNull();
});

test("a service that failed is known until the genre's next chart", async () => {
  begin();
  socket().tell("source.failed", { service: "spotify", genre: "pop" }, 4);
  socket().tell("source.failed", { service: "soundcloud", genre: "pop" }, 5);
  socket().tell("source.failed", { service: "spotify", genre: "rap" }, 6);
  expect([...(subscription.failedSince.value.get("pop") ?? [])]).toEqual(["spotify", "soundcloud"]);
  published(7, DAY);
  expect(subscription.failedSince.value.has("pop")).toBe(false);
  expect(subscription.failedSince.value.has("rap")).toBe(true);
});

import { describe, expect, test } from "vitest";
import type { Tab } from "./testing/browser.ts";
import { addTrack, liveSimulation } from "./testing/fixtures.ts";
import { errorResponse } from "./testing/model_server.ts";

/** A tab whose events and responses arrive when the test decides. */
async function byHand(options: Parameters<typeof liveSimulation>[0] = {}) {
  const all = await liveSimulation(options);
  all.browser.network.isPostByHand = true;
  all.tab.socket.isByHand = true;
  const { tab, simulation, browser } = all;
  /** The newest request reaches the server. */
  const arrived = async () => {
    await simulation.pass(50);
    const post = browser.network.next();
    post.arrive();
    await simulation.pass(50);
    return post;
  };
  const counts = () => tab.items.map(({ votes, myVote }) => `${votes}/${myVote}`).join(" ");
  return { ...all, arrived, counts };
}

const pending = (tab: Tab) => tab.items.map((item) => item.pending.join("+")).join(" ");

describe("a vote", () => {
  test("is counted once when its event comes before its answer", async () => {
    const { simulation, tab, arrived, counts } = await byHand({ tracks: 1 });
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    expect(counts()).toBe("1/1");
    const post = await arrived();
    tab.socket.deliver();
    expect(counts()).toBe("1/1");
    expect(pending(tab)).toBe("");
    post.answer();
    await simulation.pass(50);
    expect(counts()).toBe("1/1");
  });

  test("is counted once when its answer comes before its event", async () => {
    const { simulation, tab, arrived, counts } = await byHand({ tracks: 1 });
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    const post = await arrived();
    post.answer();
    await simulation.pass(50);
    expect(counts()).toBe("1/1");
    expect(pending(tab)).toBe("vote");
    tab.socket.deliver();
    expect(counts()).toBe("1/1");
    expect(pending(tab)).toBe("");
  });

  test("is counted once when a snapshot brings it", async () => {
    const { simulation, server, tab, arrived, counts } = await byHand({ tracks: 1 });
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    (await arrived()).answer();
    await simulation.pass(50);
    server.trim(server.main);
    tab.socket.toClient.length = 0;
    tab.socket.cut();
    await simulation.pass(3_000);
    expect(tab.noticesOf("snapshot")).toHaveLength(2);
    expect(counts()).toBe("1/1");
    expect(pending(tab)).toBe("");
  });

  test("that changes nothing is settled by its answer", async () => {
    const { simulation, server, tab, arrived, counts } = await byHand({ tracks: 1 });
    server.main.vote(1, "ada", 1);
    tab.socket.deliver();
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    (await arrived()).answer();
    await simulation.pass(50);
    expect(pending(tab)).toBe("");
    expect(counts()).toBe("1/1");
  });

  test("of the same person elsewhere is shown with the count that contains it", async () => {
    const { simulation, server, tab, counts } = await byHand({ tracks: 1 });
    server.main.vote(1, "ada", 1);
    tab.client.refreshOwnVotes();
    await simulation.pass(50);
    expect(counts()).toBe("0/0");
    tab.socket.deliver();
    expect(counts()).toBe("1/1");
  });

  test("never flickers among those of others", async () => {
    const { simulation, server, tab, browser } = await liveSimulation({ tracks: 1, seed: 5 });
    const sums: number[] = [];
    tab.client.subscribe(({ items }) => sums.push((items[0]?.votes ?? 0) - (items[0]?.myVote ?? 0)));
    browser.network.isPostByHand = true;
    for (const value of [1, -1, 0, 1, 1, 0, -1] as const) {
      tab.client.act({ kind: "vote", item: 1, value });
      await simulation.pass(simulation.random() * 50);
      if (simulation.chance(0.5)) server.main.vote(1, `voter ${sums.length}`, 1);
      for (const post of browser.network.posts.splice(0)) {
        simulation.schedule(simulation.random() * 40, () => post.arrive());
        simulation.schedule(40 + simulation.random() * 60, () => post.answer());
      }
      await simulation.pass(200);
    }
    // What others have given never goes down, whatever the user's own vote does.
    expect(sums).toEqual([...sums].sort((one, other) => one - other));
    expect(sums.length).toBeGreaterThan(7);
  });
});

describe("an addition", () => {
  test("has the same key from the tap to the event", async () => {
    const { simulation, tab, arrived } = await byHand();
    const opId = addTrack(tab, 7);
    const keys = () => tab.items.map(({ key, id }) => `${key} ${id}`).join(", ");
    expect(keys()).toBe(`op:${opId} null`);
    (await arrived()).answer();
    await simulation.pass(50);
    expect(keys()).toBe(`op:${opId} 1`);
    tab.socket.deliver();
    expect(keys()).toBe(`op:${opId} 1`);
    expect(pending(tab)).toBe("");
  });

  test("has the same key when a snapshot brings the item before the response", async () => {
    const { simulation, server, tab, arrived } = await byHand();
    const opId = addTrack(tab, 7);
    await arrived();
    server.trim(server.main);
    tab.socket.cut();
    await simulation.pass(3_000);
    expect(tab.noticesOf("snapshot")).toHaveLength(2);
    expect(tab.items.map(({ key, id }) => `${key} ${id}`)).toEqual([`op:${opId} 1`]);
  });

  test("that another user was quicker with is undone without a flicker", async () => {
    const { simulation, server, tab, arrived } = await byHand();
    const opId = addTrack(tab, 7);
    server.main.add(7, "Bo", {});
    tab.socket.deliver();
    expect(tab.items).toMatchObject([{ key: `op:${opId}`, added_by: "Bo" }]);
    (await arrived()).answer();
    await simulation.pass(50);
    expect(tab.items).toMatchObject([{ key: `op:${opId}`, added_by: "Bo" }]);
    expect(tab.noticesOf("rejected")).toMatchObject([
      { rejection: { code: "DUPLICATE_TRACK", details: { item_id: 1 } } },
    ]);
  });
});

describe("other actions", () => {
  test("a rejected move is undone, with the reason", async () => {
    const { simulation, server, tab, browser } = await liveSimulation({ tracks: 3 });
    server.trouble = (ask) => (ask.method === "PATCH" ? errorResponse(409, "ORDERED_BY_VOTES") : null);
    browser.network.isPostByHand = true;
    tab.client.act({ kind: "move", item: 3, place: { before: 1 } });
    await simulation.pass(50);
    expect(tab.tracks).toBe("3 1 2");
    browser.network.carry(browser.network.next());
    await simulation.pass(50);
    expect(tab.tracks).toBe("1 2 3");
    expect(tab.noticesOf("rejected")).toMatchObject([
      { rejection: { code: "ORDERED_BY_VOTES", stored: { title: "Track 3" } } },
    ]);
  });

  test("a removal of what plays isn't undone for a moment by its first event", async () => {
    const { server, tab, arrived } = await byHand({ tracks: 2 });
    server.main.play(1);
    tab.socket.deliver();
    tab.client.act({ kind: "remove", item: 1 });
    await arrived();
    tab.socket.deliver(1);
    expect(tab.tracks).toBe("2");
    tab.socket.deliver(1);
    expect(tab.tracks).toBe("2");
  });

  test("what was answered in an epoch that is over is not waited for", async () => {
    const { simulation, server, tab, arrived } = await byHand({ tracks: 3 });
    tab.client.act({ kind: "move", item: 3, place: { before: 1 } });
    const post = await arrived();
    tab.socket.toClient.length = 0;
    server.renew(server.main, "e2");
    tab.socket.deliver();
    expect(pending(tab)).toBe("move  ");
    post.answer();
    await simulation.pass(50);
    expect(tab.client.view.epoch).toBe("e2");
    expect(pending(tab)).toBe("  ");
  });

  test("what was answered before its epoch was over is not waited for either", async () => {
    const { simulation, server, tab, arrived } = await byHand({ tracks: 3 });
    tab.client.act({ kind: "move", item: 3, place: { before: 1 } });
    (await arrived()).answer();
    await simulation.pass(50);
    expect(pending(tab)).toBe("move  ");
    tab.socket.toClient.length = 0;
    server.renew(server.main, "e2");
    tab.socket.deliver();
    expect(pending(tab)).toBe("  ");
  });

  test("a tab opened later doesn't wait for it, though its stored state is of the new epoch already", async () => {
    const { simulation, server, browser, tab } = await liveSimulation({ tracks: 3 });
    tab.client.act({ kind: "remove", item: 1 });
    await simulation.pass(1_000);
    server.renew(server.main, "e2");
    server.main.restore(1);
    await simulation.pass(5_000);
    expect(tab.tracks).toBe("1 2 3");
    tab.client.stop();
    await simulation.pass(1_000);

    const opened = await browser.open();
    await simulation.pass(5_000);
    expect(opened.client.view.epoch).toBe("e2");
    expect(opened.tracks).toBe("1 2 3");
  });
});

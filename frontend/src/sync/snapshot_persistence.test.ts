import { describe, expect, test } from "vitest";
import { addTrack, liveSimulation, simulated } from "./testing/fixtures.ts";

describe("the stored state of a room", () => {
  test("is shown before the server has sent anything, with the own votes", async () => {
    const { simulation, server, browser, tab } = await liveSimulation({ tracks: 2 });
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(5_000);
    tab.kill();
    server.main.add(3, "Bo", {});
    const again = await browser.open();
    expect(again.items.map(({ votes, myVote }) => [votes, myVote])).toEqual([
      [1, 1],
      [0, 0],
    ]);
    await simulation.pass(100);
    expect(again.tracks).toBe("1 2 3");
    expect(again.noticesOf("snapshot")).toEqual([]);
  });

  test("is written soon after a change, not at each", async () => {
    const { simulation, server, browser, tab } = await liveSimulation();
    await simulation.pass(5_000);
    let writes = 0;
    const open = browser.openStorage;
    browser.openStorage = async (name) => {
      const storage = await open(name);
      const { rooms } = storage;
      const save: typeof rooms.save = (remembered) => {
        writes += 1;
        return rooms.save(remembered);
      };
      return { ...storage, rooms: { save, load: rooms.load.bind(rooms), remove: rooms.remove.bind(rooms) } };
    };
    tab.kill();
    const again = await browser.open();
    await simulation.pass(5_000);
    writes = 0;
    for (let id = 1; id <= 100; id += 1) {
      server.main.add(id, "Bo", {});
      await simulation.pass(100);
    }
    await simulation.pass(5_000);
    expect(again.items).toHaveLength(100);
    expect(writes).toBeGreaterThanOrEqual(5);
    expect(writes).toBeLessThanOrEqual(7);
    await simulation.pass(60_000);
    expect(writes).toBeLessThanOrEqual(7);
  });

  test("is written at once when the page is left or put away", async () => {
    const { server, simulation, browser, tab } = await liveSimulation();
    server.main.add(1, "Bo", {});
    await simulation.pass(50);
    browser.signal("hidden");
    await simulation.settle();
    tab.kill();
    const again = await browser.open();
    expect(again.tracks).toBe("1");
    server.main.add(2, "Bo", {});
    await simulation.pass(100);
    again.client.stop();
    await simulation.settle();
    browser.network.goDown();
    expect((await browser.open()).tracks).toBe("1 2");
  });

  test("is stored for each room separately", async () => {
    const { simulation, server, browser } = simulated({ tracks: 1 });
    server.open("attic").add(9, "Bo", {});
    const main = await browser.open();
    const attic = await browser.open({ room: "attic" });
    await simulation.pass(5_000);
    main.kill();
    attic.kill();
    browser.network.goDown();
    expect((await browser.open()).tracks).toBe("1");
    expect((await browser.open({ room: "attic" })).tracks).toBe("9");
  });

  test("is deleted with the room", async () => {
    const { simulation, server, browser, tab } = await liveSimulation({ tracks: 1 });
    await simulation.pass(5_000);
    server.end("main");
    await simulation.pass(100);
    tab.kill();
    browser.network.goDown();
    expect((await browser.open()).client.view.isKnown).toBe(false);
  });

  test("contains the server's clock", async () => {
    const { simulation, browser, tab } = await liveSimulation();
    browser.skew = 0;
    await simulation.pass(5_000);
    tab.kill();
    browser.network.goDown();
    const again = await browser.open();
    expect(Math.abs(again.client.serverNow() - simulation.now)).toBeLessThanOrEqual(2);
  });
});

describe("own votes", () => {
  test("are asked for again until there is an answer", async () => {
    const { simulation, server, browser } = simulated({ tracks: 1 });
    server.main.vote(1, "ada", 1);
    server.trouble = () => ({ status: 503, body: null, headers: {} });
    const tab = await browser.open();
    await simulation.pass(10_000);
    expect(tab.items[0]?.myVote).toBe(0);
    server.trouble = () => null;
    await simulation.pass(60_000);
    expect(tab.items[0]?.myVote).toBe(1);
  });

  test("are those of another person when one has become another", async () => {
    const { simulation, server, browser } = simulated({ tracks: 2 });
    server.main.vote(1, "ada", 1);
    server.main.vote(2, "bo", 1);
    let token = "ada";
    const tab = await browser.open({ guestToken: () => token });
    await simulation.pass(1_000);
    token = "bo";
    tab.client.refreshOwnVotes();
    await simulation.pass(1_000);
    expect(tab.items.map(({ myVote }) => myVote)).toEqual([0, 1]);
  });

  test("come back with a restored item that was gone before this client came", async () => {
    const { simulation, server, browser } = simulated({ tracks: 2 });
    server.main.vote(1, "ada", 1);
    server.main.remove(1);
    const tab = await browser.open();
    await simulation.pass(10_000);
    server.main.restore(1);
    await simulation.pass(1_000);
    expect(tab.items[0]).toMatchObject({ id: 1, votes: 1, myVote: 1 });
  });

  test("on the way are not overwritten by an older answer", async () => {
    const { simulation, server, browser, tab } = await liveSimulation({ tracks: 1 });
    const { network } = browser;
    const held: Parameters<typeof network.route>[0][] = [];
    network.route = (post) => (post.ask.method === "GET" ? held.push(post) : network.carry(post));
    tab.client.refreshOwnVotes();
    await simulation.settle();
    held[0]?.arrive();
    tab.client.act({ kind: "vote", item: 1, value: 1 });
    await simulation.pass(1_000);
    held[0]?.answer();
    await simulation.pass(100);
    expect(server.main.items[0]?.votes).toBe(1);
    expect(tab.items[0]).toMatchObject({ votes: 1, myVote: 1 });
  });

  test("of another tab are known, though it was frozen meanwhile", async () => {
    const { simulation, browser, tab } = await liveSimulation({ tracks: 1 });
    const other = await browser.open();
    await simulation.pass(1_000);
    tab.freeze();
    other.client.act({ kind: "vote", item: 1, value: -1 });
    addTrack(other, 5);
    await simulation.pass(10 * 60_000);
    tab.thaw();
    await simulation.pass(10_000);
    expect(tab.items[0]).toMatchObject({ votes: -1, myVote: -1 });
  });
});

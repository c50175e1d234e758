"""What a window's browser keeps in its IndexedDB: rooms, and what waits to be sent."""

from datetime import timedelta

from playwright.sync_api import Page

from tests.contract.queues import Queue

# Once the page is in step, its database is there.
OPENED = """
    const resultOf = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await resultOf(indexedDB.open("tutti "));
    const isWaiting = ({ status, outcome }) => status === "waiting" && !outcome;
    const end = performance.now() + 30_000;
    let found;
"""
# Asks until it is so: the page does not report when it writes.
UNTIL = (
    f"async ([store, key, wanted, isMost]) => {{{OPENED}"
    + """
    do {
        if (performance.now() > end) throw new Error(`${found} in ${store}, not ${wanted}`);
        const kept = database.transaction(store).objectStore(store);
        if (key) found = (await resultOf(kept.get(key)))?.seq;
        // An action that is done stays for a minute; it is not the one that is to outlive its tab.
        else if (isMost) found = await resultOf(kept.count());
        else found = (await resultOf(kept.getAll())).filter(isWaiting).length;
    } while (!(isMost ? found <= wanted : found >= wanted));
    database.close();
}"""
)
# As if it had been done so long ago.
MAKE_OLD = (
    f"async ([milliseconds, wanted]) => {{{OPENED}"
    + """
    do {
        if (performance.now() > end) throw new Error(`${found.length} wait, not ${wanted}`);
        const outbox = database.transaction("outbox", "readwrite").objectStore("outbox");
        const stored = await resultOf(outbox.getAll());
        found = stored.filter(isWaiting);
        if (found.length !== wanted) continue;
        for (const entry of found) {
            await resultOf(outbox.put({ ...entry, madeAt: entry.madeAt - milliseconds }));
        }
    } while (found.length !== wanted);
    database.close();
}"""
)


def wait_until_queue_is_stored(page: Page, queue: Queue) -> None:
    """Returns when a reload without a network would show the queue as it is now."""
    page.evaluate(UNTIL, ["rooms", queue.room, queue.state().seq, False])


def wait_until_actions_are_stored(page: Page, actions: int) -> None:
    """Returns when so many actions would outlive their tab."""
    page.evaluate(UNTIL, ["outbox", None, actions, False])


def wait_until_discarded(page: Page, left: int) -> None:
    """Returns when no more than so many actions are stored."""
    page.evaluate(UNTIL, ["outbox", None, left, True])


def make_old(page: Page, actions: int, age: timedelta = timedelta(hours=21)) -> None:
    """Of a page without a network, which sends nothing: makes the actions that wait, so many, so old."""
    page.evaluate(MAKE_OLD, [age.total_seconds() * 1000, actions])

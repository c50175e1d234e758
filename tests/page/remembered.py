"""What a window's browser keeps in its IndexedDB: rooms, and what waits to be sent."""

from playwright.sync_api import Page

from tests.contract.queues import Queue

# Asks until it is so: the page tells nobody when it writes. Once it is in step, its database is there.
UNTIL = """async ([store, key, wanted]) => {
    const resultOf = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await resultOf(indexedDB.open("tutti "));
    const end = performance.now() + 30_000;
    let found;
    do {
        if (performance.now() > end) throw new Error(`${found} in ${store}, not ${wanted}`);
        const kept = database.transaction(store).objectStore(store);
        found = key ? (await resultOf(kept.get(key)))?.seq : await resultOf(kept.count());
    } while (!(found >= wanted));
    database.close();
}"""


def wait_until_remembered(page: Page, queue: Queue) -> None:
    """Returns when a reload without a network would show the queue as it is now."""
    page.evaluate(UNTIL, ["rooms", queue.room, queue.state().seq])


def wait_until_stored(page: Page, actions: int) -> None:
    """Returns when so many actions would outlive their tab."""
    page.evaluate(UNTIL, ["outbox", None, actions])

"""What a window's browser remembers of a room, in its IndexedDB."""

from playwright.sync_api import Page

from tests.contract.queues import Queue

# Asks until it is there: the page tells nobody when it writes. Once it is in step, its database is there.
WAIT_UNTIL_REMEMBERED = """async ([room, seq]) => {
    const resultOf = (request) => new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
    });
    const database = await resultOf(indexedDB.open("tutti "));
    const end = performance.now() + 30_000;
    let remembered;
    while (!(remembered?.seq >= seq)) {
        if (performance.now() > end) throw new Error(`only up to #${remembered?.seq}`);
        remembered = await resultOf(database.transaction("rooms").objectStore("rooms").get(room));
    }
    database.close();
}"""


def wait_until_remembered(page: Page, queue: Queue) -> None:
    """Returns when a reload without a network would show the queue as it is now."""
    page.evaluate(WAIT_UNTIL_REMEMBERED, [queue.room, queue.state().seq])

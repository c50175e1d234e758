"""The server dies and comes back, the line is slow or bad: nothing is lost and nothing happens twice."""

import httpx
import pytest
from playwright.sync_api import Error, Page, expect

from tests.contract.queues import Queue
from tests.page.bad_line import BadLine
from tests.page.losses import Losses
from tests.page.queue_page import Hand, QueuePage, in_sync, titles_of
from tests.page.remembered import wait_until_stored
from tests.page.visitors import PHONE, Open
from tests.processes import TuttiServer


def try_to_reload(page: Page) -> None:
    """Without a service worker a browser has nothing to show."""
    if page.evaluate("isSecureContext"):
        page.reload()
        return
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        page.reload()


def test_a_server_that_dies_in_mid_drag_costs_nothing(
    mortal: TuttiServer, mortal_queue: Queue, open_page: Open, host: str
):
    mortal_queue.fill(5)
    page = QueuePage(open_page(f"http://{host}:{mortal.port}", f"/r/{mortal_queue.room}"))
    titles = page.titles()
    hand = Hand(page.page).grip(page.handle(titles[0])).carry_over(page.row(titles[2]))

    mortal.kill()
    expect(page.page.locator(".status-text")).to_contain_text("reconnecting")
    hand.carry_over(page.row(titles[3])).let_go()
    shown = page.titles()
    assert shown != titles
    mortal.start()

    in_sync(page.page)
    page.shows(shown)
    assert titles_of(mortal_queue) == shown
    assert page.moves_sent >= 1


def test_a_kitchen_without_a_server_says_so_and_keeps_what_waits_over_a_reload(
    mortal: TuttiServer, mortal_queue: Queue, open_page: Open, host: str
):
    mortal_queue.fill(2)
    page = open_page(f"http://{host}:{mortal.port}", f"/r/{mortal_queue.room}").page
    address = page.url
    if page.evaluate("isSecureContext"):
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    mortal.stop()

    expect(page.locator(".banner")).to_have_text("The server restarts.")
    up = page.locator(".queue .virtual-row").nth(1).get_by_role("button", name="Vote up")
    up.click()
    wait_until_stored(page, 1)
    try_to_reload(page)
    mortal.start()
    page.goto(address)

    in_sync(page)
    expect(page.locator(".banner")).to_have_count(0)
    expect(up).to_have_attribute("aria-pressed", "true")
    assert [item["votes"] for item in mortal_queue.items()] == [0, 1]


def test_over_a_slow_line_a_tap_shows_at_once(site: TuttiServer, queue: Queue, open_page: Open, host: str):
    queue.fill(3)
    with BadLine(site.port, host=host, delay_seconds=0.05) as line:
        page = QueuePage(open_page(line.base_url, f"/r/{queue.room}", **PHONE))
        up = page.page.get_by_role("button", name=f"Vote up {page.titles()[0]}")
        line.hold()

        up.tap()

        expect(up).to_have_attribute("aria-pressed", "true")
        assert queue.items()[0]["votes"] == 0, "it did not wait for the server"
        line.let_pass()
        in_sync(page.page)
        assert queue.items()[0]["votes"] == 1


@pytest.mark.parametrize("seed", [1, 2])
def test_over_a_lossy_line_everything_happens_exactly_once(
    site: TuttiServer, http: httpx.Client, queue: Queue, open_page: Open, host: str, seed: int
):
    tracks = http.get("/api/tracks/", params={"limit": 8}).json()
    with BadLine(site.port, host=host, seed=seed) as line:
        page = QueuePage(open_page(line.base_url, f"/r/{queue.room}#library"))
        buttons = [
            page.page.get_by_role("button", name=f"Add {track['title']}", exact=False).first
            for track in tracks
        ]
        for button in buttons:
            expect(button).to_be_visible()
        line.lose()
        for button in buttons:
            button.click()

        expected = [track["title"] for track in tracks]
        page.shows(expected)
        in_sync(page.page)
    assert line.breaks, "nothing was lost"
    assert titles_of(queue) == expected
    assert queue.state().seq == len(tracks), "something was done twice"


def test_a_seed_loses_the_same_again():
    writes = [
        f"POST /api/x/?a=1 HTTP/1.1\r\nHost: h\r\nIdempotency-Key: key-{number}\r\n\r\n".encode()
        for number in (0, 1, 2, 0, 1, 2, 0, 1, 2)
    ]

    def fates(seed: int, order: list[bytes]) -> dict[bytes, list[object]]:
        losses = Losses(seed)
        losses.is_on = True
        found: dict[bytes, list[object]] = {}
        for write in order:
            found.setdefault(write, []).append(losses.of_request(write))
        return found

    assert fates(1, writes) == fates(1, sorted(writes)), "it is not a matter of who comes first"
    assert fates(1, writes) != fates(2, writes)

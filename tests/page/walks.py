"""Ways through the page that come by every state it can be in.

A walk opens one page and stops at one state after the other: it gives the name of each, and goes on when
that has been looked at. Everything is found by what it is, so that a walk is the same in every language.
"""

from collections.abc import Iterator

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.page.indexeddb import make_old
from tests.page.queue_page import Finger, Hand
from tests.page.scenes import Scene, Walk, own_room, show
from tests.page.visitors import lose_network
from tests.page.walks_of_charts import charts
from tests.page.walks_of_people import an_account, figures, recommendations

RESTART = 4012
NOT_ALLOWED = 4403
LOST = 1011


def a_first_visit(scene: Scene) -> Iterator[str]:
    page = scene.enter(is_asked=True)
    expect(page.locator(".queue-suggestion")).to_have_count(3)
    yield "first-visit"
    page.locator(".queue-suggestion-add").first.click()
    expect(page.locator(".name-dialog")).to_be_visible()
    yield "name"
    page.locator(".name-dialog [type=submit]").click()
    expect(page.locator(".name-dialog .problem")).to_be_visible()
    yield "name-refused"
    page.keyboard.press("Escape")
    show(page, "history")
    expect(page.locator(".history .empty")).to_be_visible()
    yield "history-empty"


def a_party(scene: Scene) -> Iterator[str]:
    queue = scene.queue
    items = queue.fill(8)
    for item in items[:3]:
        queue.play(item)
    queue.vote(items[1], 1)
    queue.vote(items[4], -1)
    page = scene.enter()
    expect(page.locator(".queue .virtual-row")).to_have_count(5)
    page.locator(".queue-vote[data-way=up]").nth(3).click()
    expect(page.locator(".queue-vote[aria-pressed=true]")).to_have_count(1)
    yield "queue"
    page.locator(".queue-played summary").click()
    page.locator(".queue-played li").last.scroll_into_view_if_needed()
    yield "played"
    page.locator(".queue-played summary").click()
    page.locator(".queue-more").nth(1).click()
    expect(page.get_by_role("menu")).to_be_visible()
    yield "menu"
    page.keyboard.press("Escape")
    yield from _moving(scene, page)
    page.locator(".people-button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "people"
    page.keyboard.press("Escape")
    page.locator(".app-invite").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "invitation"
    page.keyboard.press("Escape")
    queue.add(queue.tracks[-1], added_by="Bo")
    expect(page.locator(".queue-row[data-glow]")).to_be_attached()
    yield "others-change"
    page.locator(".queue .virtual-row").nth(5).focus()
    page.keyboard.press("Delete")
    expect(page.locator(".toast-action")).to_be_visible()
    yield "removed"
    page.locator(".toast .icon-button").click()
    yield from _looking_around(page)


def _moving(scene: Scene, page: Page) -> Iterator[str]:
    row = page.locator(".queue .virtual-row").nth(1)
    row.focus()
    page.keyboard.press(" ")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".queue-row[data-grabbed]")).to_be_visible()
    yield "grabbed"
    page.keyboard.press("Escape")
    handle = page.locator(".queue-handle").nth(1)
    if scene.has_touch:
        finger = Finger(page).put_on(handle).move_by(0, 190)
        yield "dragged"
        finger.lose()
        finger.put_on(page.locator(".queue-title").nth(3)).move_by(-110, 0)
        yield "pushed"
        finger.lose()
    else:
        hand = Hand(page).grip(handle).carry_over(page.locator(".queue .virtual-row").nth(4))
        yield "dragged"
        page.keyboard.press("Escape")
        hand.let_go()
    expect(page.locator("[data-held]")).to_have_count(0)


def _looking_around(page: Page) -> Iterator[str]:
    show(page, "history")
    expect(page.locator(".history-row")).to_have_count(2)
    yield "history"
    show(page, "library")
    expect(page.locator(".library-row .place-button").first).to_be_visible()
    yield "library"
    page.locator(".library-title").nth(1).click()
    expect(page.get_by_role("menu")).to_be_visible()
    yield "track"
    page.keyboard.press("Escape")
    search = page.get_by_role("searchbox")
    search.fill("love")
    expect(page.locator(".library .virtual-row")).to_have_count(3)
    yield "search"
    search.fill("bohemain rapsody")
    expect(page.locator(".library .virtual-row")).to_have_count(1)
    yield "near-results"
    search.fill("xyz und noch viel mehr")
    expect(page.locator(".library-nothing")).to_be_visible()
    yield "no-results"
    search.fill("")
    show(page, "room")
    own_room(page)
    expect(page.locator(".rooms .qr")).to_be_visible()
    yield "room"
    page.locator("[aria-haspopup=dialog]").last.click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "keys"
    page.keyboard.press("Escape")
    page.locator(".rooms-head .button").click()
    expect(page.locator(".rooms-delete")).to_be_visible()
    yield "room-changing"
    page.locator(".rooms-delete .button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "room-deleting"
    page.keyboard.press("Escape")
    page.locator(".rooms-card > .button:has(.icon)").last.click()
    page.locator(".rooms-new [type=submit]").click()
    expect(page.locator(".rooms-new .problem").first).to_be_visible()
    yield "room-refused"


def without_network(scene: Scene) -> Iterator[str]:
    items = scene.queue.fill(5)
    page = scene.enter()
    assert scene.visitor
    scene.visitor.expects |= {404, 409}
    lose_network(page)
    expect(page.locator(".banner")).to_be_visible()
    yield "offline"
    for row in (0, 1, 4):
        page.locator(".queue-vote[data-way=up]").nth(row).click()
    expect(page.locator(".banner strong")).to_be_visible()
    yield "offline-waiting"
    for part in ("library", "history", "room"):
        show(page, part)
        yield f"offline-{part}"
    show(page, "queue")
    scene.queue.remove(items[4])
    page.context.set_offline(False)
    expect(page.locator(".toast")).to_be_visible()
    yield "refused"
    yield from _long_waiting(page)


def _long_waiting(page: Page) -> Iterator[str]:
    lose_network(page)
    for row in range(4):
        page.locator(".queue-vote[data-way=down]").nth(row).click()
    page.locator(".queue .virtual-row").nth(2).focus()
    page.keyboard.press("Delete")
    page.locator(".toast .icon-button").last.click()
    show(page, "library")
    for row in range(4, 7):
        page.locator(".library .virtual-row .place-button").nth(row).click()
    show(page, "queue")
    make_old(page, actions=8)
    page.context.set_offline(False)
    opener = page.locator(".banner [aria-haspopup=dialog]")
    expect(opener).to_be_visible()
    yield "stale"
    opener.click()
    expect(page.get_by_role("dialog").get_by_role("listitem")).to_have_count(8)
    yield "stale-list"


class Lines:
    """The page's sockets, under control of the test."""

    def __init__(self, page: Page) -> None:
        self.code = 0
        self.is_dumb = False
        self._open: list[WebSocketRoute] = []
        page.route_web_socket("**/ws/**", self._connect)

    def cut(self, code: int) -> None:
        """This one and all that come after it."""
        self.code = code
        self._open.pop().close(code=code)

    def _connect(self, socket: WebSocketRoute) -> None:
        if self.is_dumb:
            return
        if self.code:
            socket.close(code=self.code)
            return
        self._open.append(socket)
        socket.connect_to_server()


def bad_lines(scene: Scene) -> Iterator[str]:
    scene.queue.fill(3)
    page = scene.enter()
    lines = Lines(page)
    page.reload()
    expect(page.locator(".status-dot[data-kind=live]")).to_be_attached()
    lines.cut(LOST)
    expect(page.locator(".status-dot[data-kind=reconnecting]")).to_be_attached()
    page.locator(".status-button").click()
    yield "reconnecting"
    lines.code = 0
    # If it is still there: the page tries again by itself, too.
    page.evaluate("document.querySelector('.status-details .button')?.click()")
    expect(page.locator(".status-dot[data-kind=live]")).to_be_attached()
    page.keyboard.press("Escape")
    lines.cut(RESTART)
    expect(page.locator(".banner")).to_be_visible()
    yield "restarting"
    lines.code = NOT_ALLOWED
    page.reload()
    expect(page.locator(".banner[role=alert]")).to_be_visible()
    yield "not-allowed"
    lines.code = 0
    assert scene.visitor
    scene.visitor.expects.add(404)
    page.goto(f"{scene.visitor.base_url}/r/no-such-room")
    expect(page.locator(".rooms-none a").first).to_be_visible()
    yield "no-such-room"
    lines.is_dumb = True
    page.goto(f"{scene.visitor.base_url}/")
    expect(page.locator(".queue-skeleton").first).to_be_visible()
    yield "loading"


WALKS: dict[str, Walk] = {
    walk.__name__: walk
    for walk in (
        a_first_visit,
        a_party,
        without_network,
        bad_lines,
        an_account,
        recommendations,
        charts,
        figures,
    )
}

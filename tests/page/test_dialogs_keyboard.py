"""Whatever opens above the page, by keyboard alone: in, around, out, and back to where one was."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

from tests.contract.libraries import Library
from tests.contract.queues import Queue
from tests.node import FRONTEND
from tests.page.account_page import AccountPage
from tests.page.indexeddb import make_old
from tests.page.scenes import own_room, show
from tests.page.visitors import PHONE, Visit, Visitor

SOURCES = FRONTEND / "src"
# The one place where each is made; others use it by its name.
MAKERS = {"ui/dialog.tsx", "ui/menu.tsx"}
# What opens in its place, covers nothing and keeps no focus: a table, a player, what was played, rare fields.
IN_PLACE = {
    *("ui/charts.tsx", "features/charts/track/services.tsx", "features/queue/played_items.tsx"),
    *("features/rooms/room_panel.tsx", "features/rooms/room_form.tsx"),
}
# Whatever makes something open or asks by a window of the browser's own.
OPENS = re.compile(
    r"<(?:Dialog|Menu|dialog|details)\b|role=\"(?:dialog|alertdialog|menu|listbox|tooltip)\"|\bpopover="
    r"|aria-expanded=|showModal\(|showPopover\b|\b(?:confirm|alert|prompt)\("
)
INSIDE = "(element, kind) => Boolean(element?.closest(kind))"
# More than any of them has.
ROUND = 30


def lose_network(visitor: Visitor) -> None:
    visitor.loses_network = True
    visitor.context.set_offline(True)
    expect(visitor.page.locator(".status-dot[data-kind=offline]")).to_be_attached()


def vote_long_ago(visitor: Visitor) -> None:
    lose_network(visitor)
    for row in range(2):
        visitor.page.locator(".queue-vote[data-way=up]").nth(row).click()
    make_old(visitor.page, actions=2)
    visitor.context.set_offline(False)
    expect(visitor.page.locator(".banner [aria-haspopup=dialog]")).to_be_visible()


def search(page: Page, text: str, count: int) -> None:
    page.get_by_role("searchbox").fill(text)
    expect(page.locator(".library .place-button")).to_have_count(count)


@dataclass(frozen=True)
class Opened:
    """`source` opens it, `kind` is the element that it is; `steps` are the controls on the way to it."""

    source: str
    kind: str
    steps: tuple[str, ...]
    is_modal: bool = True
    takes_focus: bool = True
    prepare: Callable[[Visitor], object] = lambda visitor: None
    key: str = "Enter"

    def open(self, page: Page) -> Locator:
        """By its key alone; the control that opens it."""
        for step in self.steps:
            control = page.locator(step).first
            # What is hidden takes no focus: the key would go elsewhere.
            expect(control).to_be_visible()
            control.press(self.key)
        expect(page.locator(self.kind)).to_be_visible()
        return control

    def has_focus(self, page: Page) -> bool:
        return bool(page.evaluate(f"kind => ({INSIDE})(document.activeElement, kind)", self.kind))


# In an order in which none is in another's way.
DIALOGS = {
    "the keys": Opened("features/shortcuts/shortcuts.tsx", "dialog", (".rooms [aria-haspopup=dialog]",)),
    "the question before a room is deleted": Opened(
        "features/rooms/this_room.tsx", "dialog", (".rooms-head .button", ".rooms-delete .button")
    ),
    "what can be done with a track": Opened(
        "features/queue/item_menu.tsx", "[role=menu]", (".virtual-row .queue-more",), is_modal=False
    ),
    "who is here": Opened("features/people/people_list.tsx", "dialog", (".people-button",)),
    "the invitation": Opened("features/rooms/share.tsx", "dialog", (".app-invite",)),
    "the question about the same song from another album": Opened(
        *("features/add_track/add_dialogs.tsx", "dialog", (".library .place-button[data-state=free]",)),
        prepare=lambda visitor: search(visitor.page, "mr. twin", 2),
    ),
    "the question for a name": Opened(
        *("features/add_track/add_dialogs.tsx", "dialog", (".library .place-button[data-state=free]",)),
        prepare=lambda visitor: search(visitor.page, "so what", 1),
    ),
    "what is known of a track": Opened(
        *("features/add_track/add_dialogs.tsx", "[role=menu]", (".library .virtual-row",)),
        is_modal=False,
        key="Shift+F10",
    ),
    "what can be done with a recommendation": Opened(
        *("features/recommendations/list.tsx", "[role=menu]", (".discover-title",)),
        is_modal=False,
        prepare=lambda visitor: show(visitor.page, "discover"),
    ),
    "the question before an account is erased": Opened(
        *("features/account/account_settings.tsx", "dialog", (".account-delete .button",)),
        prepare=lambda visitor: AccountPage(visitor).open().sign_up(),
    ),
    "what waited too long": Opened(
        *("features/status/stale_list.tsx", "dialog", (".banner [aria-haspopup=dialog]",)),
        prepare=vote_long_ago,
    ),
    # It is there only while the page is behind.
    "the state of the connection": Opened(
        *("features/status/sync_state.tsx", ".status-details", (".status-button",)),
        is_modal=False,
        takes_focus=False,
        prepare=lose_network,
    ),
    # Only where there is no room for the panel.
    "the player": Opened(
        *("features/player/player.tsx", "dialog", (".playing-bar .playing-summary",)),
        prepare=lambda visitor: visitor.page.set_viewport_size(PHONE["viewport"]),
    ),
}


def test_each_dialog_opens_traps_focus_if_modal_and_returns_it(visit: Visit, queue: Queue, library: Library):
    twins = [library.add(title, album=title)["id"] for title in ("Mr. Twin", "mr. twin")]
    queue.add(twins[0])
    queue.fill(2)
    visitor = visit(f"/r/{queue.room}#room", is_asked=True)
    page = visitor.page
    own_room(page)
    # All that comes later could take focus along.
    expect(page.locator(".queue .virtual-row")).to_have_count(3)
    expect(page.locator(".rooms-head .button")).to_be_visible()
    expect(page.locator(".rooms .qr")).to_be_visible()
    for name, opened in DIALOGS.items():
        opened.prepare(visitor)
        control = opened.open(page)
        if opened.takes_focus:
            assert opened.has_focus(page), name
        if opened.is_modal:
            visited = set()
            for _ in range(ROUND):
                page.keyboard.press("Tab")
                # Between the last and the first is the browser's own bar.
                is_in_bar = page.evaluate("document.activeElement === document.body")
                assert opened.has_focus(page) or is_in_bar, name
                visited.add(page.evaluate("document.activeElement.outerHTML"))
            assert len(visited) > 1, name

        page.keyboard.press("Escape")

        expect(page.locator(opened.kind)).to_have_count(0)
        expect(control).to_be_focused()
        if not opened.is_modal:
            # What does not trap focus closes once focus goes on.
            opened.open(page)
            page.keyboard.press("Tab")
            expect(page.locator(opened.kind)).to_have_count(0)
            assert page.evaluate("document.activeElement !== document.body"), name


def test_every_dialog_is_covered_by_these_tests():
    found = Counter(
        source
        for path in SOURCES.rglob("*.tsx")
        if (source := path.relative_to(SOURCES).as_posix()) not in MAKERS | IN_PLACE
        for _ in OPENS.findall(path.read_text())
    )
    assert found == Counter(one.source for one in DIALOGS.values())
    assert {maker for maker in MAKERS if OPENS.search((SOURCES / maker).read_text())} == MAKERS

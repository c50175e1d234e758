"""Letting others in: a code and a link that reach the room, or what has to be done first."""

import re

from playwright.sync_api import Page, Route, expect

from tests.page.qr_reader import Modules, text_of
from tests.page.visitors import PHONE, Visit, until
from tests.processes import TuttiServer

QUIET_MODULES = 4
RUN = re.compile(r"M(\d+) (\d+)h(\d+)")


def modules_of(page: Page) -> Modules:
    """The code as it is drawn, without its quiet zone."""
    code = page.get_by_role("img", name=re.compile("^QR code of"))
    size = int((code.get_attribute("viewBox") or "").split()[2])
    drawn = [[False] * size for _ in range(size)]
    for x, y, length in RUN.findall(code.locator("path").last.get_attribute("d") or ""):
        for column in range(int(x), int(x) + int(length)):
            drawn[int(y)][column] = True
    inner = slice(QUIET_MODULES, size - QUIET_MODULES)
    outside = [*drawn[:QUIET_MODULES], *drawn[size - QUIET_MODULES :]]
    assert not any(any(row) for row in outside), "the quiet zone is not quiet"
    return [row[inner] for row in drawn[inner]]


def link_field(page: Page) -> str:
    return page.get_by_label("Link to this room").input_value()


def test_the_code_leads_others_into_this_room_and_the_link_is_copied(
    visit: Visit, room: str, own_address: str
):
    permissions = ["clipboard-read", "clipboard-write"]
    visitor = visit(f"/r/{room}#room", permissions=permissions, color_scheme="dark")
    page = visitor.page
    code = page.get_by_role("img", name=re.compile("QR code"))
    expect(code).to_be_visible()
    link = link_field(page)
    assert text_of(modules_of(page)) == link == f"{own_address}/r/{room}"
    # Dark on white also in the dark.
    assert [path.get_attribute("fill") for path in code.locator("path").all()] == ["#fff", "#000"]
    assert code.locator("path").first.evaluate("path => path.getBBox().width") == code.evaluate(
        "code => code.viewBox.baseVal.width"
    )

    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == link
    page.goto(link)
    expect(page.get_by_role("heading", level=1)).to_have_text("A test's room")


def test_over_plain_http_the_link_is_at_least_selected(visit: Visit, room: str, own_address: str):
    """And it says what https would add."""
    page = visit(f"/r/{room}#room", base_url=own_address, **PHONE).page
    expect(page.get_by_text("came over plain http")).to_be_visible()
    assert page.evaluate("navigator.clipboard === undefined")

    page.get_by_role("button", name="Copy").tap()

    told = re.compile(r"^(Copied\.|The link is selected\. Copy it now\.)$")
    expect(page.get_by_text(told)).to_be_visible()
    assert page.evaluate("getSelection().toString()") == link_field(page)

    # Where nothing can be copied the page says so.
    page.evaluate("getSelection().removeAllRanges(); document.execCommand = () => false")
    page.get_by_role("button", name="Copy").tap()
    expect(page.get_by_text("The link is selected. Copy it now.")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == link_field(page)


def test_the_link_is_asked_for_again_by_hand_and_shared_where_the_browser_can(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#room", **PHONE)
    visitor.expects.add(429)
    page = visitor.page
    page.add_init_script(
        "window.shared = new Promise(done => { navigator.share = async what => done(what); });"
    )
    held: list[Route] = []
    now = "refused"

    def answer(route: Route) -> None:
        """The page also asks by itself; what it asks while `held` is kept changes nothing that is shown."""
        if now == "refused":
            route.fulfill(status=429, headers={"Retry-After": "1"})
        elif now == "held":
            held.append(route)
        else:
            route.continue_()

    page.route("**/api/page/", answer)
    page.reload()
    retry = page.get_by_role("region", name="Let others in").get_by_role("button", name="Try again")
    expect(retry).to_be_visible()
    now = "held"
    retry.tap()
    until(page, lambda: held)
    now = "passed"
    for route in held:
        route.continue_()
    expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()

    page.get_by_role("button", name="Share").tap()

    expect(page.get_by_text("came over plain http")).to_have_count(0)
    assert page.evaluate("window.shared.then(({ url }) => url)") == link_field(page)


def test_who_is_alone_reads_how_to_let_others_in(visit: Visit, chart_days: TuttiServer):
    """At a server that only its own machine reaches."""
    visitor = visit("/#room", base_url=chart_days.base_url, **PHONE)
    page = visitor.page

    expect(page.get_by_text("./start-daphne.sh --lan")).to_be_visible()

    expect(page.get_by_role("img", name=re.compile("QR code"))).to_have_count(0)
    assert "localhost" not in page.locator(".rooms").inner_text()
    assert visitor.violations() == []

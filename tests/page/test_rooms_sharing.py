"""Letting others in: a code and a link that reach the room, or what has to be done first."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.conftest import ReadyMadeData
from tests.page.qr_reader import Modules, text_of
from tests.page.visitors import PHONE, Visit, Visitor, new_visitor
from tests.processes import TuttiServer

QUIET_MODULES = 4
RUN = re.compile(r"M(\d+) (\d+)h(\d+)")


@pytest.fixture
def lonely_visitor(browser: Browser, built_page: object, ready_made_data: ReadyMadeData) -> Iterator[Visitor]:
    """At a server that only its own machine reaches."""
    with TuttiServer(**ready_made_data.options("embedded")) as server:
        visitor = new_visitor(browser, server.base_url, **PHONE)
        yield visitor.open("/#room")
        visitor.context.close()
        assert visitor.complaints() == []


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_code_leads_others_into_this_room(visit: Visit, room: str, own_address: str, scheme: str):
    visitor = visit(f"/r/{room}#room", **PHONE, color_scheme=scheme)
    expect(visitor.page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()

    assert text_of(modules_of(visitor.page)) == link_field(visitor.page)

    assert link_field(visitor.page) == f"{own_address}/r/{room}"
    assert visitor.violations() == []


def test_the_link_works(visit: Visit, room: str):
    page = visit(f"/r/{room}#room").page
    page.goto(link_field(page))
    expect(page.get_by_role("heading", level=1)).to_have_text("A test's room")


def test_the_code_is_dark_on_white_also_in_the_dark(visit: Visit, room: str):
    page = visit(f"/r/{room}#room", color_scheme="dark").page
    code = page.get_by_role("img", name=re.compile("QR code"))
    expect(code).to_be_visible()

    fills = [path.get_attribute("fill") for path in code.locator("path").all()]

    assert fills == ["#fff", "#000"]
    assert code.locator("path").first.evaluate("path => path.getBBox().width") == code.evaluate(
        "code => code.viewBox.baseVal.width"
    )


def test_the_link_is_copied(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#room", permissions=["clipboard-read", "clipboard-write"])

    visitor.page.get_by_role("button", name="Copy").click()

    expect(visitor.page.get_by_text("Copied.")).to_be_visible()
    assert visitor.page.evaluate("navigator.clipboard.readText()") == link_field(visitor.page)


def test_over_plain_http_the_link_is_at_least_selected(visit: Visit, room: str, own_address: str):
    visitor = visit(f"/r/{room}#room", base_url=own_address, **PHONE)
    assert visitor.page.evaluate("navigator.clipboard === undefined")

    visitor.page.get_by_role("button", name="Copy").tap()

    expect(
        visitor.page.get_by_text(re.compile(r"^(Copied\.|The link is selected\. Copy it now\.)$"))
    ).to_be_visible()
    assert visitor.page.evaluate("getSelection().toString()") == link_field(visitor.page)


def test_where_nothing_can_be_copied_the_page_says_so(visit: Visit, room: str, own_address: str):
    page = visit(f"/r/{room}#room", base_url=own_address, **PHONE).page
    page.evaluate("document.execCommand = () => false")

    page.get_by_role("button", name="Copy").tap()

    expect(page.get_by_text("The link is selected. Copy it now.")).to_be_visible()
    assert page.evaluate("getSelection().toString()") == link_field(page)


def test_where_the_browser_can_share_it_is_asked_to(visit: Visit, room: str):
    visitor = visit(f"/r/{room}#room", **PHONE)
    visitor.page.add_init_script(
        "window.shared = new Promise(done => { navigator.share = async what => done(what); });"
    )
    visitor.page.reload()

    visitor.page.get_by_role("button", name="Share").tap()

    assert visitor.page.evaluate("window.shared.then(({ url }) => url)") == link_field(visitor.page)


def test_who_is_alone_reads_how_to_let_others_in(lonely_visitor: Visitor):
    page = lonely_visitor.page

    expect(page.get_by_text("./start-daphne.sh --lan")).to_be_visible()

    expect(page.get_by_role("img", name=re.compile("QR code"))).to_have_count(0)
    assert "localhost" not in page.locator(".rooms").inner_text()
    assert lonely_visitor.violations() == []


def test_only_over_plain_http_it_says_what_https_would_add(visit: Visit, room: str, own_address: str):
    told = "came over plain http"
    there = visit(f"/r/{room}#room", base_url=own_address).page
    expect(there.get_by_role("heading", name="About")).to_be_visible()
    expect(there.get_by_text(told)).to_be_visible()

    here = visit(f"/r/{room}#room").page
    expect(here.get_by_role("heading", name="About")).to_be_visible()
    expect(here.get_by_text(told)).to_have_count(0)

"""Ways through the parts of the page that know who one is: the account, recommendations, figures."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from tests.contract.people import PASSWORD, new_name, registered
from tests.page.scenes import Scene, show
from tests.page.visitors import lose_network


def an_account(scene: Scene) -> Iterator[str]:
    page = scene.enter("account")
    assert scene.visitor
    scene.visitor.expects |= {400, 401}
    switches = page.locator(".account-switch .button")
    expect(switches).to_have_count(2)
    yield "sign-in"
    page.locator("input[name=login]").fill("nobody")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("#account-part [type=submit]").click()
    expect(page.locator("#account-part .problem").last).to_be_visible()
    yield "sign-in-refused"
    switches.last.click()
    expect(page.locator("input[name=email]")).to_be_visible()
    yield "password-forgotten"
    page.locator("input[name=email]").fill("nobody@tutti.example")
    page.locator("#account-part [type=submit]").click()
    expect(page.locator("input[name=token]")).to_be_visible()
    yield "password-reset"
    switches.click()
    switches.first.click()
    page.locator("input[name=password]").fill("short")
    page.locator("#account-part [type=submit]").click()
    expect(page.locator("[aria-invalid]").first).to_be_visible()
    yield "sign-up-refused"
    name = new_name()
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=email]").fill(f"{name}@tutti.example")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("#account-part [type=submit]").click()
    expect(page.locator("#account-taste")).to_be_visible()
    # Its heading, which has focus, says the same as a toast would.
    expect(page.locator("#account-me")).to_be_focused()
    assert page.locator(".toast").count() == 0
    yield "signed-in"
    yield from _telling_taste(page)


def _telling_taste(page: Page) -> Iterator[str]:
    for number in (0, 2, 3):
        page.locator("#account-part .chip").nth(number).click()
    page.locator(".account-add .field").fill("The Dave Brubeck Quartet and Friends of the Orchestra")
    page.keyboard.press("Enter")
    expect(page.locator(".account-chosen li")).to_be_visible()
    page.locator(".account-chosen").scroll_into_view_if_needed()
    yield "taste"
    page.locator("[aria-labelledby=account-password] > .button").click()
    page.locator("input[name=new_password]").scroll_into_view_if_needed()
    yield "password-changing"
    page.locator(".account-delete .button").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    yield "account-deleting"


def recommendations(scene: Scene) -> Iterator[str]:
    page = scene.enter("discover")
    assert scene.visitor
    expect(page.locator("#discover-part .discover-row").first).to_be_visible()
    yield "recommendations-signed-out"
    page.locator(".discover-whose .chip").last.click()
    expect(page.locator(".discover-row").first).to_be_visible()
    yield "recommendations-room"
    _sign_in(page, scene, favorite_genres=["jazz", "soul"], favorite_artists=["Queen"], moods=["party"])
    page.locator(".discover-whose .chip").first.click()
    page.locator(".discover-title").nth(1).click()
    expect(page.get_by_role("menuitem")).to_have_count(3)
    yield "recommendation"
    page.get_by_role("menuitem").nth(1).click()
    expect(page.locator(".discover-row > .icon")).to_be_visible()
    page.locator(".discover-row .place-button").first.click()
    expect(page.locator(".discover-row .place-button[data-state=placed]")).to_be_visible()
    yield "recommendations"
    page.locator(".discover-row").last.scroll_into_view_if_needed()
    yield "recommendations-end"
    page.route("**/api/recommendations/jobs/**", lambda _: None)
    page.locator(".discover-refresh").click()
    expect(page.locator(".discover-refresh[aria-disabled]")).to_be_visible()
    yield "recommendations-refreshing"
    page.unroute("**/api/recommendations/jobs/**")
    lose_network(page)
    page.locator(".discover-whose .chip").last.click()
    expect(page.locator("#discover-part .empty")).to_be_visible()
    yield "recommendations-offline"


def figures(scene: Scene) -> Iterator[str]:
    page = scene.enter("stats")
    expect(page.locator(".stats-tile").first).to_be_visible()
    yield "figures"
    page.locator(".stats-head .chip").last.click()
    expect(page.locator("#stats-part .empty")).to_be_visible()
    yield "figures-signed-out"
    _sign_in(page, scene)
    show(page, "stats")
    expect(page.locator("#stats-part p.empty")).to_be_visible()
    yield "figures-none"
    _do_something(page, scene)
    page.reload()
    page.locator(".stats-head .chip").last.click()
    expect(page.locator(".chart").first).to_be_visible()
    yield "figures-own"
    page.locator(".chart-drawing").first.scroll_into_view_if_needed()
    yield "figures-own-days"
    page.locator(".chart-table summary").last.click()
    page.locator(".chart-table table").last.scroll_into_view_if_needed()
    yield "figures-own-table"
    page.locator(".stats-head .chip").first.click()
    expect(page.locator(".segmented-row")).to_be_visible()
    page.locator(".chart-bars").first.scroll_into_view_if_needed()
    yield "figures-trends"


def _sign_in(page: Page, scene: Scene, **profile: list[str]) -> None:
    """As a new user who likes these; then returns to the previous view."""
    part = page.evaluate("location.hash").removeprefix("#")
    account = registered(scene.http, profile=profile)
    show(page, "account")
    page.locator("input[name=login]").fill(account["username"])
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("#account-part [type=submit]").click()
    expect(page.locator("#account-taste")).to_be_visible()
    show(page, part)


def _do_something(page: Page, scene: Scene) -> None:
    """The visitor plays and likes a few tracks, on several days."""
    now = datetime.now(UTC)
    reported = [
        {
            "track_id": track_id,
            "activity_type": kind,
            "occurred_at": (now - timedelta(hours=37 * number)).isoformat(),
        }
        for number, track_id in enumerate(scene.queue.tracks[:14])
        for kind in ("play", "play", "like", "skip")[number % 4 :]
    ]
    done = page.evaluate(
        """body => fetch("/api/analytics/activity/", {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify(body),
        }).then(answer => answer.status)""",
        reported,
    )
    assert done == 201

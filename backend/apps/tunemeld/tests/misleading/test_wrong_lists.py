"""A list that cannot be the service's: the last good one is used, and every response reports it."""

import json
from typing import Any

import pytest

from apps.charts.tests.bodies import Track, apple, isrc, spotify
from apps.tunemeld.tests.misleading.world import (
    ALL_OK,
    APPLE_ERROR,
    LISTED,
    OTHERS,
    SERVICES,
    Day,
    World,
    chart_in,
    check,
    day_of,
    first_named,
    named,
    remove_today,
    responses,
    set_list,
    sources_in,
    tracks_in,
)


def lines(*tracks: Track) -> list[Track]:
    return list(tracks)


def without_beginning() -> bytes:
    albums = json.loads(apple(list(map(named, range(6, 26)))))["album_details"]
    moved = {str(int(place) + 5): line for place, line in albums.items()}
    return json.dumps({"album_details": moved}).encode()


def with_other_artists() -> list[Track]:
    """As if artists had moved by a line against the titles and ISRCs."""
    artists = ["Cleo", "Dee", "Eli", "Fay", "Gus", "Hal", "Ida", "Jon", "Kim", "Lea"]
    return [(named(number)[0], artists[number % 10], isrc(number)) for number in range(1, 21)]


def other_versions() -> list[Track]:
    """As on a list of recordings from concerts."""
    return [(f"{title} (Live)", artist, None) for title, artist, _ in map(named, range(6, 26))]


SEVEN_TIMES = [first_named(11)] * 6 + [first_named(number) for number in range(11, 26)]


NO_LIST = b'{"error": {"message": "expired"}}'


@pytest.mark.parametrize(
    ("service", "given", "status"),
    [
        pytest.param(
            "apple_music", [*map(named, range(6, 16)), *OTHERS[:10]], "quarantined", id="half unrelated"
        ),
        pytest.param("apple_music", [named(6), *OTHERS], "quarantined", id="unrelated but for one line"),
        pytest.param("soundcloud", [*OTHERS[:40], first_named(11)], "quarantined", id="of another genre"),
        pytest.param(
            "spotify", list(map(named, range(1, 13))), "quarantined", id="three fifths of the lines"
        ),
        pytest.param("spotify", list(map(named, range(1, 4))), "quarantined", id="three lines"),
        pytest.param(
            "spotify", [*OTHERS[:18], *map(named, range(1, 21))], "quarantined", id="another before it"
        ),
        pytest.param("spotify", with_other_artists(), "quarantined", id="the artists of other lines"),
        pytest.param("apple_music", other_versions(), "quarantined", id="other versions"),
        pytest.param(
            "apple_music", [*OTHERS[:8], *map(named, range(6, 18))], "quarantined", id="two fifths on top"
        ),
        pytest.param("soundcloud", SEVEN_TIMES, "quarantined", id="one track on seven lines"),
        pytest.param("apple_music", APPLE_ERROR, "failed", id="an error with a good status"),
        pytest.param("soundcloud", b"<html>down</html>", "failed", id="a page"),
        pytest.param("spotify", b'{"items": []}', "failed", id="no line"),
        pytest.param("spotify", NO_LIST, "failed", id="an error"),
        pytest.param("spotify", spotify([*map(named, range(1, 21))], offset=5), "failed", id="a second part"),
        pytest.param("apple_music", without_beginning(), "failed", id="no line before the sixth"),
        pytest.param(
            "soundcloud", lines(("\u200b", "\u202e", None), first_named(11)), "quarantined", id="one line"
        ),
        pytest.param("apple_music", [("Error", "Not found", None)], "quarantined", id="an error as a line"),
        pytest.param("soundcloud", None, "missing", id="nothing"),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(
    but=[
        *("half unrelated", "unrelated but for one line", "three fifths of the lines", "three lines"),
        *(
            "one track on seven lines",
            "an error with a good status",
            "a page",
            "no line",
            "an error as a line",
        ),
    ]
)
def test_wrong_list_is_reported_and_its_last_good_one_used(
    world: World,
    truth: dict[str, Any],
    yesterday: dict[str, Any],
    service: str,
    given: list[Track] | bytes | None,
    status: str,
):
    day = Day(0)
    set_list(service, given)(day)
    remove_today(world)
    world.put(day)

    records = world.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK | {service: status}
    assert any(record.status == "partly" for record in records.values()) == (status != "missing")
    check(answers, truth)
    sources = {source["service"]: source["date"] for source in chart_in(answers)["sources"]}
    assert sources == dict.fromkeys(SERVICES, str(day_of(0))) | {service: str(day_of(1))}
    ranks = {code: track["services"] for code, track in tracks_in(answers).items()}
    before = {code: track["services"] for code, track in tracks_in(yesterday).items()}
    assert ranks
    for code, services in ranks.items():
        assert services.get(service) == before[code].get(service)


@pytest.mark.django_db
def test_a_day_without_any_list_leaves_the_chart_unchanged(world: World, yesterday: dict[str, Any]):
    world.put(Day(0, spotify=b"", apple_music=b"oops", soundcloud=b"{}"))
    for service in SERVICES:
        world.folder.put(service, "pop", str(day_of(0)), b"oops")

    world.run()

    answers = responses()
    assert sources_in(answers) == dict.fromkeys(SERVICES, "failed")
    assert {**chart_in(answers), "sources": []} == {**chart_in(yesterday), "sources": []}
    assert answers["last-updated/pop/"] == yesterday["last-updated/pop/"]


@pytest.mark.parametrize(
    ("service", "given"),
    [
        pytest.param("spotify", OTHERS, id="unrelated"),
        pytest.param("spotify", list(map(named, range(1, 4))), id="cut short"),
        pytest.param("soundcloud", Day(1).body("soundcloud"), id="a copy of yesterday's"),
        pytest.param("apple_music", b"<html>down</html>", id="a page"),
        pytest.param("all", OTHERS, id="all three unrelated"),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(but=["unrelated"])
def test_a_later_wrong_list_of_the_day_does_not_replace_the_good_one(
    world: World, truth: dict[str, Any], service: str, given: list[Track] | bytes | None
):
    world.put(Day(0))
    world.run()
    later = Day(0)
    for one in SERVICES if service == "all" else [service]:
        set_list(one, given)(later)
    world.put(later)

    records = world.run()

    assert records["extract"].rows_failed == (3 if service == "all" else 1)
    assert responses() == truth


@pytest.mark.parametrize("services", [SERVICES[:2], SERVICES], ids=["two", "all"])
@pytest.mark.django_db
@pytest.mark.one_database(but=["all"])
def test_lists_of_another_genre_do_not_confirm_each_other(
    world: World, truth: dict[str, Any], yesterday: dict[str, Any], services: tuple[str, ...]
):
    day = Day(0)
    for service in services:
        set_list(service, [*map(named, [*LISTED[service]][:4]), *OTHERS[:16]])(day)
    world.put(day)

    records = world.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK | dict.fromkeys(services, "quarantined")
    assert records["transform"].status == ("failed" if services == SERVICES else "partly")
    if services == SERVICES:
        assert {**chart_in(answers), "sources": []} == {**chart_in(yesterday), "sources": []}
    else:
        check(answers, truth)


def with_new_lines() -> list[Track]:
    turned = [named(number) for number in range(6, 26)]
    for place in range(0, 20, 5):
        turned[place : place + 2] = OTHERS[place : place + 2]
    return turned


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(with_new_lines(), id="many new lines"),
        pytest.param([*map(named, range(6, 21))], id="three quarters of the lines"),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(but=["many new lines"])
def test_a_list_with_many_unconfirmed_or_missing_lines_is_used_and_marked_doubtful(
    world: World, truth: dict[str, Any], given: list[Track]
):
    remove_today(world)
    world.put(Day(0, apple_music=given))

    records = world.run()

    assert records["transform"].status == "partly"
    assert f"apple_music pop of {day_of(0)}" in records["transform"].failures[0]
    answers = responses()
    confirmed = {source["service"]: source["is_confirmed"] for source in chart_in(answers)["sources"]}
    assert confirmed == dict.fromkeys(SERVICES, True) | {"apple_music": False}
    assert sources_in(answers) == ALL_OK
    assert not answers["charts/pop/apple_music/"]["data"]["is_confirmed"]
    assert all(source["is_confirmed"] for source in chart_in(truth)["sources"])

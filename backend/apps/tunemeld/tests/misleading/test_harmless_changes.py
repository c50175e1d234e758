"""What services may write in other ways, or again, changes no response."""

import json
from collections.abc import Callable
from html import escape
from typing import Any

import pytest

from apps.tunemeld.tests.misleading.world import (
    ALL_OK,
    Damage,
    Day,
    World,
    check,
    day_of,
    first_named,
    named,
    responses,
    sources_in,
    tracks_in,
)


def escaped(day: Day) -> None:
    day.apple_music = [(escape(title), escape(artist), None) for title, artist, _ in map(named, range(6, 26))]


def named_as_on_soundcloud(day: Day) -> None:
    day.apple_music = [first_named(number) if 10 < number < 21 else named(number) for number in range(6, 26)]


def with_isrcs_of(write: Callable[[str], str]) -> Damage:
    def damage(day: Day) -> None:
        day.spotify = [(title, artist, write(code or "")) for title, artist, code in map(named, range(1, 21))]

    return damage


def ids_of_others(day: Day) -> None:
    """Each of Apple Music's songs has the id of the next."""
    albums = json.loads(day.body("apple_music") or b"")["album_details"]
    links = [line["link"] for line in albums.values()]
    for line, link in zip(albums.values(), links[1:] + links[:1], strict=True):
        line["link"] = link
    day.apple_music = json.dumps({"album_details": albums}).encode()


def in_the_future(day: Day) -> None:
    day.more_rows = [f'{day_of(-300)},"Ada 12 - Won\'t Stop & Go 12",9']


@pytest.mark.parametrize(
    "damage",
    [
        pytest.param(escaped, id="names escaped for HTML"),
        pytest.param(named_as_on_soundcloud, id="named as another service names it"),
        pytest.param(with_isrcs_of(str.lower), id="ISRCs in lower case"),
        pytest.param(
            with_isrcs_of(lambda code: f"{code[:2]}-{code[2:5]}-{code[5:]}"), id="ISRCs with dashes"
        ),
        pytest.param(with_isrcs_of(lambda code: f" {code} "), id="ISRCs with blanks"),
        pytest.param(with_isrcs_of(lambda code: f"ISRC {code}"), id="ISRCs after their name"),
        pytest.param(with_isrcs_of(lambda code: code[:-1]), id="ISRCs one sign short"),
        pytest.param(ids_of_others, id="ids of other lines"),
        pytest.param(in_the_future, id="a table with days to come"),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(but=["names escaped for HTML", "ISRCs in lower case", "a table with days to come"])
def test_harmless_changes_change_no_response(world: World, truth: dict[str, Any], damage: Damage):
    day = Day(0)
    damage(day)
    world.put(day)

    records = world.run()

    assert {record.status for record in records.values()} == {"succeeded"}
    answers = responses()
    for path in (path for path in truth if "apple_music" not in path):
        assert answers[path] == truth[path], path


@pytest.mark.django_db
def test_a_second_run_over_the_same_files_changes_nothing(world: World, truth: dict[str, Any]):
    world.put(Day(0))
    for _ in range(2):
        world.run()

        assert responses() == truth


@pytest.mark.django_db
@pytest.mark.one_database
def test_a_list_unchanged_since_yesterday_is_not_an_older_one(world: World):
    world.put(Day(0, apple_music=Day(1).apple_music))

    world.run()

    assert sources_in(responses()) == ALL_OK


@pytest.mark.django_db
def test_a_changed_list_of_an_old_day_changes_nothing_today(world: World, truth: dict[str, Any]):
    world.put(Day(0))
    world.run()
    again = Day(3, apple_music=[named(number) for number in reversed(range(6, 26))])
    world.put(again, Day(0))

    world.run()

    answers = responses()
    world.put(Day(3), Day(0))
    assert tracks_in(answers).keys() == tracks_in(truth).keys()
    check(answers, truth, is_past_the_same=False)


@pytest.mark.django_db
@pytest.mark.one_database
def test_swapped_titles_and_artists_do_not_become_the_names_of_tracks(world: World, truth: dict[str, Any]):
    world.put(Day(0, spotify=[(artist, title, code) for title, artist, code in map(named, range(1, 21))]))

    world.run()

    assert responses()["charts/pop/"] == truth["charts/pop/"]

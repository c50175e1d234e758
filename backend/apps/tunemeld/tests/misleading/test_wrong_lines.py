"""A damaged line costs only itself: no other track has another number for it unless a status says so."""

import json
from typing import Any

import pytest

from apps.charts.models import ReviewItem
from apps.charts.tests.bodies import Track, apple, isrc
from apps.tunemeld.tests.misleading.world import (
    Damage,
    Day,
    World,
    chart_in,
    check,
    first_named,
    named,
    responses,
    set_list,
    tracks_in,
)


def in_line(number: int, track: Track) -> Damage:
    """On SoundCloud's list."""

    def damage(day: Day) -> None:
        day.soundcloud = [track if one == number else first_named(one) for one in range(11, 31)]

    return damage


def unreadable(day: Day) -> None:
    day.soundcloud = [("", "", None)] * 3 + [first_named(number) for number in range(14, 31)]


def other_artists(day: Day) -> None:
    day.spotify = [
        ("Won't Stop & Go 12", "Ada 12, Bo, Cem, Dee", isrc(12)) if number == 12 else named(number)
        for number in range(1, 21)
    ]
    day.soundcloud = [first_named(number) for number in range(11, 31) if number != 12]
    day.apple_music = [
        ("Won't Stop & Go 12", "Ada 12, Bo, Cem, Eli", None) if number == 12 else named(number)
        for number in range(6, 26)
    ]


@pytest.mark.parametrize(
    ("damage", "damaged", "is_listed"),
    [
        pytest.param(in_line(15, ("\u200b", "\u202e", isrc(15))), [15], False, id="an invisible name"),
        pytest.param(in_line(15, ("null", "null", isrc(15))), [15], False, id="null for a name"),
        pytest.param(in_line(15, ("\u3164", "\u115f", isrc(15))), [15], False, id="a name of blank letters"),
        pytest.param(
            in_line(15, ("Heavenly", "Dee", isrc(16))), [15, 16], True, id="the ISRC of another line"
        ),
        pytest.param(
            in_line(15, ("Heavenly", "Dee", isrc(5))), [15, 5], True, id="the ISRC of another list's"
        ),
        pytest.param(unreadable, [11, 12, 13], False, id="lines without names"),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(but=["an invisible name", "the ISRC of another line", "lines without names"])
def test_a_wrong_line_affects_no_other_line(
    world: World, truth: dict[str, Any], damage: Damage, damaged: list[int], is_listed: bool
):
    day = Day(0)
    damage(day)
    world.put(day)

    records = world.run()

    answers = responses()
    check(answers, truth, damaged=damaged)
    assert ReviewItem.objects.exists() == is_listed
    assert (records["extract"].unreadable > 0) == (not is_listed)
    assert (records["extract"].status == "partly") == (damage is unreadable)
    names = {code: (track["name"], track["artist"]) for code, track in tracks_in(answers).items()}
    assert (
        names.items()
        <= {isrc(number): named(number)[:2] for number in range(1, 21)}.items()
        | {code: (track["name"], track["artist"]) for code, track in tracks_in(truth).items()}.items()
    )


def without_every_fourth() -> bytes:
    """Of twenty lines, as if the reader of the service's page had skipped five."""
    lines = json.loads(apple([named(number) for number in range(6, 26)]))["album_details"]
    return json.dumps(
        {"album_details": {key: one for key, one in lines.items() if int(key) % 4 != 1}}
    ).encode()


@pytest.mark.parametrize(
    ("service", "given", "unreadable"),
    [
        pytest.param(
            "spotify",
            [named(number) if number % 3 else ("", "", None) for number in range(1, 21)],
            6,
            id="lines without names",
        ),
        pytest.param("apple_music", without_every_fourth(), 5, id="places without lines"),
    ],
)
@pytest.mark.django_db
@pytest.mark.one_database(but=["places without lines"])
def test_the_number_of_lines_that_could_not_be_read_is_beside_the_list(
    world: World, service: str, given: list[Track] | bytes, unreadable: int
):
    day = Day(0)
    set_list(service, given)(day)
    world.put(day)

    records = world.run()

    answers = responses()
    numbers = {source["service"]: source["unreadable"] for source in chart_in(answers)["sources"]}
    assert numbers == {"spotify": 0, "apple_music": 0, "soundcloud": 0, service: unreadable}
    assert answers[f"charts/pop/{service}/"]["data"]["unreadable"] == unreadable
    assert (records["extract"].status, records["extract"].unreadable) == ("partly", unreadable)


@pytest.mark.django_db
def test_different_artists_are_different_recordings(world: World):
    day = Day(0)
    other_artists(day)
    world.put(day)

    world.run()

    assert isrc(12) not in tracks_in(responses()), "one service alone has it"
    assert ReviewItem.objects.filter(artist="Ada 12, Bo, Cem, Eli").exists()

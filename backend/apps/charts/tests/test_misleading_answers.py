"""Services that answer well and wrongly: no chart, count or trend is another for it unless a status says so.

Each case damages what the services say on the last of six days; every answer of REST and GraphQL is compared.
"""

import random
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import escape
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.utils import timezone

from apps.charts.models import Edition, RawEdition, ReviewItem
from apps.charts.tests.bodies import Track, isrc
from apps.charts.tests.misled import (
    DAYS,
    GRAPHQL,
    SERVICES,
    Day,
    World,
    chart_in,
    check,
    day_of,
    first_named,
    named,
    sources_in,
    told,
    tracks_in,
)
from apps.charts.view_counts.models import HistoricalViewCount, ViewCount

Damage = Callable[[Day], None]
ALL_OK = dict.fromkeys(SERVICES, "ok")
OTHERS: list[Track] = [(f"Elsewhere {number}", f"Dee {number}", None) for number in range(60)]


@pytest.fixture(scope="module")
def world(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """All days but today's, in a transaction around those of the tests."""
    made = World(tmp_path_factory.mktemp("answers"))
    with django_db_blocker.unblock(), transaction.atomic():
        made.put(*(Day(back) for back in DAYS if back))
        assert {record.status for record in made.run().values()} == {"succeeded"}
        yield made
        transaction.set_rollback(True)


@pytest.fixture(scope="module")
def yesterday(world: World, django_db_blocker: Any) -> dict[str, Any]:
    with django_db_blocker.unblock():
        return told()


@pytest.fixture(scope="module")
def truth(world: World, yesterday: dict[str, Any], django_db_blocker: Any) -> dict[str, Any]:
    """What is told of a day on which every service is right."""
    with django_db_blocker.unblock(), transaction.atomic():
        world.put(Day(0))
        world.run()
        answers = told()
        transaction.set_rollback(True)
    assert sources_in(answers) == ALL_OK
    assert tracks_in(answers)[isrc(12)]["change"] == {"1d": 3000, "7d": 21_000, "30d": None}
    return answers


def escaped(day: Day) -> None:
    day.apple_music = [(escape(title), escape(artist), None) for title, artist, _ in map(named, range(6, 26))]


def named_as_on_soundcloud(day: Day) -> None:
    day.apple_music = [first_named(number) if 10 < number < 21 else named(number) for number in range(6, 26)]


def with_isrcs_of(write: Callable[[str], str]) -> Damage:
    def damage(day: Day) -> None:
        day.spotify = [(title, artist, write(code or "")) for title, artist, code in map(named, range(1, 21))]

    return damage


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
        pytest.param(in_the_future, id="a table with days to come"),
        pytest.param(lambda day: None, id="nothing"),
    ],
)
@pytest.mark.django_db
def test_what_does_no_harm_changes_no_answer(world: World, truth: dict[str, Any], damage: Damage):
    day = Day(0)
    damage(day)
    world.put(day)

    records = world.run()

    assert {record.status for record in records.values()} == {"succeeded"}
    answers = told()
    for path in (path for path in truth if "apple_music" not in path):
        assert answers[path] == truth[path], path
    world.run()
    assert told() == answers, "nor does a second run"


def lines(*tracks: Track) -> list[Track]:
    return list(tracks)


def set_list(service: str, given: list[Track] | bytes | None) -> Damage:
    return lambda day: setattr(day, service, given)


APPLE_ERROR, NO_LIST = b'{"message": "Invalid API key."}', b'{"error": {"message": "expired"}}'


@pytest.mark.parametrize(
    ("service", "given", "status"),
    [
        pytest.param("apple_music", OTHERS, "quarantined", id="unrelated"),
        pytest.param("apple_music", [named(6), *OTHERS], "quarantined", id="unrelated but for one line"),
        pytest.param("soundcloud", [*OTHERS[:40], first_named(11)], "quarantined", id="of another genre"),
        pytest.param("spotify", list(map(named, range(1, 11))), "quarantined", id="half of the lines"),
        pytest.param("spotify", list(map(named, range(1, 4))), "quarantined", id="three lines"),
        pytest.param("soundcloud", [first_named(11)] * 20, "quarantined", id="one track on every line"),
        pytest.param("apple_music", APPLE_ERROR, "failed", id="an error with a good status"),
        pytest.param("soundcloud", b"<html>down</html>", "failed", id="a page"),
        pytest.param("spotify", b'{"items": []}', "failed", id="no line"),
        pytest.param("spotify", NO_LIST, "failed", id="an error"),
        pytest.param(
            "soundcloud", lines(("\u200b", "\u202e", None), first_named(11)), "quarantined", id="one line"
        ),
        pytest.param("soundcloud", None, "missing", id="nothing"),
    ],
)
@pytest.mark.django_db
def test_a_wrong_list_is_told_and_its_last_good_one_is_used(
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

    answers = told()
    assert sources_in(answers) == ALL_OK | {service: status}
    assert any(record.status == "partly" for record in records.values()) == (status != "missing")
    check(answers, truth)
    sources = {source["service"]: source["date"] for source in chart_in(answers)["sources"]}
    assert sources == dict.fromkeys(SERVICES, str(day_of(0))) | {service: str(day_of(1))}
    ranks = {code: track["services"] for code, track in tracks_in(answers).items()}
    before = {code: track["services"] for code, track in tracks_in(yesterday).items()}
    for code, services in ranks.items():
        assert services.get(service) == before[code].get(service)


def remove_today(world: World) -> None:
    """What the other tests left in the folder, of the day that is today by the clock."""
    for file in world.folder.path.glob(f"raw/*/*/{day_of(0)}.json"):
        file.unlink()


def hundredfold(day: Day) -> None:
    day.totals[12] *= 100


def zeros(day: Day) -> None:
    day.plays = dict.fromkeys(day.plays, 0)


def halves(day: Day) -> None:
    day.plays = {place: count // 2 for place, count in day.plays.items()}


def copied_plays(day: Day) -> None:
    day.plays = Day(1).plays


def copied_totals(day: Day) -> None:
    day.totals = Day(1).totals


def no_totals(day: Day) -> None:
    day.totals = {}


@pytest.mark.parametrize(
    ("damage", "service", "status", "stages"),
    [
        pytest.param(hundredfold, "spotify", "anomaly", {"succeeded"}, id="a hundred times too much of one"),
        pytest.param(zeros, "soundcloud", "anomaly", {"succeeded", "partly"}, id="zeros"),
        pytest.param(halves, "soundcloud", "anomaly", {"succeeded", "partly"}, id="halves"),
        pytest.param(copied_plays, "soundcloud", "stale", {"succeeded", "partly"}, id="a copy of a list"),
        pytest.param(copied_totals, "spotify", "stale", {"succeeded", "partly"}, id="a copy in a table"),
        pytest.param(no_totals, "spotify", "missing", {"succeeded"}, id="a table that ends yesterday"),
        pytest.param(
            set_list("soundcloud", b"oops"), "soundcloud", "failed", {"succeeded", "partly"}, id="no list"
        ),
    ],
)
@pytest.mark.django_db
def test_a_wrong_count_is_told_beside_it_and_part_of_no_change(
    world: World, truth: dict[str, Any], damage: Damage, service: str, status: str, stages: set[str]
):
    day = Day(0)
    damage(day)
    world.put(day)

    records = world.run()

    assert {record.status for record in records.values()} == stages
    answers = told()
    check(answers, truth)
    track = tracks_in(answers)[isrc(12)]
    assert track["counts"][service] == {"status": status, "date": str(day_of(1)), "in_change": []}
    rises = {"spotify": {"soundcloud": 1000}, "soundcloud": {"spotify": 2000}}[service]
    assert track["change"]["1d"] == sum(rises.values())


@pytest.mark.django_db
def test_a_level_that_is_a_hundred_times_too_high_for_two_days_is_in_no_change(
    world: World, truth: dict[str, Any]
):
    yesterday, today = Day(1), Day(0)
    for day in (yesterday, today):
        day.totals[12] += 100_000_000
    world.put(yesterday, today)

    world.run()

    answers = told()
    world.put(Day(1), Day(0))
    track = tracks_in(answers)[isrc(12)]
    assert track["counts"]["spotify"] == {"status": "ok", "date": str(day_of(0)), "in_change": []}
    assert track["change"] == {"1d": 1000, "7d": 7000, "30d": None}
    trends = {one["isrc"]: one for one in answers["trending-isrcs/"]["data"]}
    assert (trends[isrc(12)]["change"], trends[isrc(12)]["counts"]["spotify"]) == (7000, "missing")
    asked = answers[GRAPHQL[0]]["data"]["playlist"]["tracks"]
    percent = next(one for one in asked if one["isrc"] == isrc(12))["totalWeeklyChangePercentage"]
    assert 0 < percent < 50
    check(answers, truth, damaged=[12])


@pytest.mark.django_db
def test_zeros_on_the_first_day_of_tracks_are_no_count(world: World, truth: dict[str, Any]):
    codes = [isrc(number) for number in range(11, 31)]
    HistoricalViewCount.objects.filter(isrc__in=codes, service="soundcloud").delete()
    ViewCount.objects.filter(isrc__in=codes, service="soundcloud").delete()
    day = Day(0)
    zeros(day)
    world.put(day)

    world.run()

    track = tracks_in(told())[isrc(12)]
    assert track["plays"]["soundcloud"] is None
    assert track["counts"]["soundcloud"] == {"status": "missing", "date": None, "in_change": []}
    assert track["change"]["1d"] == 2000


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
def test_a_wrong_line_costs_only_itself(
    world: World, truth: dict[str, Any], damage: Damage, damaged: list[int], is_listed: bool
):
    day = Day(0)
    damage(day)
    world.put(day)

    records = world.run()

    answers = told()
    check(answers, truth, damaged=damaged)
    assert ReviewItem.objects.exists() == is_listed
    assert (records["extract"].unreadable > 0) == (not is_listed)
    names = {code: (track["name"], track["artist"]) for code, track in tracks_in(answers).items()}
    assert (
        names.items()
        <= {isrc(number): named(number)[:2] for number in range(1, 21)}.items()
        | {code: (track["name"], track["artist"]) for code, track in tracks_in(truth).items()}.items()
    )


@pytest.mark.django_db
def test_rows_that_cannot_be_read_cost_only_themselves(world: World, truth: dict[str, Any]):
    day = Day(0)
    day.more_rows = [
        f'{day_of(0)},"Ada 12 - Won\'t Stop & Go 12",{bad}' for bad in ("-5", "abc", "", "1e9")
    ] * 3
    world.put(day)

    records = world.run()

    assert (records["counts"].unreadable, records["counts"].status) == (12, "partly")
    check(told(), truth)


@pytest.mark.django_db
def test_a_day_on_which_every_service_failed_leaves_the_chart_as_it_is(
    world: World, yesterday: dict[str, Any]
):
    world.put(Day(0, spotify=b"", apple_music=b"oops", soundcloud=b"{}"))
    for service in SERVICES:
        world.folder.put(service, "pop", str(day_of(0)), b"oops")

    world.run()

    answers = told()
    assert sources_in(answers) == dict.fromkeys(SERVICES, "failed")
    assert {**chart_in(answers), "sources": []} == {**chart_in(yesterday), "sources": []}
    assert answers["last-updated/pop/"] == yesterday["last-updated/pop/"]


@pytest.mark.parametrize(
    ("service", "given"),
    [
        pytest.param("spotify", OTHERS, id="unrelated"),
        pytest.param("spotify", list(map(named, range(1, 4))), id="cut short"),
        pytest.param("soundcloud", Day(1).body("soundcloud"), id="a copy of yesterday's"),
        pytest.param("all", OTHERS, id="all three unrelated"),
    ],
)
@pytest.mark.django_db
def test_a_wrong_list_later_that_day_changes_nothing_of_the_good_one(
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
    assert told() == truth


@pytest.mark.django_db
def test_a_list_of_two_days_ago_is_a_copy_as_yesterdays_is(world: World, truth: dict[str, Any]):
    world.put(Day(0, soundcloud=Day(2).body("soundcloud")))

    world.run()

    answers = told()
    assert sources_in(answers) == ALL_OK | {"soundcloud": "stale"}
    check(answers, truth)
    assert tracks_in(answers)[isrc(12)]["counts"]["soundcloud"] == {
        **{"status": "stale", "date": str(day_of(1)), "in_change": []}
    }


@pytest.mark.django_db
def test_a_list_of_a_day_to_come_is_no_chart(world: World, truth: dict[str, Any]):
    world.put(Day(0))
    for service in SERVICES:
        world.folder.put(service, "pop", str(day_of(-160)), Day(0).body(service) or b"")

    records = world.run()

    assert (records["extract"].status, records["extract"].rows_failed) == ("partly", 3)
    assert all(why.endswith("its day lies in the future") for why in records["extract"].failures)
    assert told() == truth
    for file in world.folder.path.glob(f"raw/*/*/{day_of(-160)}.json"):
        file.unlink()


@pytest.mark.django_db
def test_an_old_day_that_comes_again_otherwise_changes_nothing_of_today(world: World, truth: dict[str, Any]):
    world.put(Day(0))
    world.run()
    again = Day(3, apple_music=[named(number) for number in reversed(range(6, 26))])
    world.put(again, Day(0))

    world.run()

    answers = told()
    world.put(Day(3), Day(0))
    assert tracks_in(answers).keys() == tracks_in(truth).keys()
    check(answers, truth, is_past_the_same=False)


@pytest.mark.django_db
def test_another_artist_on_each_side_is_another_recording(world: World):
    day = Day(0)
    other_artists(day)
    world.put(day)

    world.run()

    assert isrc(12) not in tracks_in(told()), "one service alone has it"
    assert ReviewItem.objects.filter(artist="Ada 12, Bo, Cem, Eli").exists()


def drop(number: int, service: str) -> Damage:
    listed = {"spotify": range(1, 21), "apple_music": range(6, 26), "soundcloud": range(11, 31)}[service]
    write = first_named if service == "soundcloud" else named

    def damage(day: Day) -> None:
        setattr(day, service, [("", "", None) if one == number else write(one) for one in listed])

    return damage


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.django_db
def test_whatever_is_damaged_no_other_number_changes_unless_a_status_says_so(
    world: World, truth: dict[str, Any], seed: int
):
    rng, day = random.Random(seed), Day(0)
    whole: list[list[Track] | bytes] = [OTHERS[:40], b"oops", APPLE_ERROR, [named(6)] * 20]
    damaged = set[int]()
    for service in SERVICES:
        number = rng.randrange(11, 21)
        choice = rng.choice(["fine", "line", "list"])
        if choice == "line":
            drop(number, service)(day)
            damaged.add(number)
        elif choice == "list":
            set_list(service, rng.choice(whole))(day)
    for counts in (day.plays, day.totals):
        for key in rng.sample(sorted(counts), rng.choice([0, 1, 5, len(counts)])):
            counts[key] = int(counts[key] * rng.choice([0, 0.5, 100]))
    world.put(day)

    world.run()

    answers = told()
    assert "ok" in sources_in(answers).values(), "nothing to compare"
    check(answers, truth, damaged=sorted(damaged))


FORGETTING: Any = import_module("apps.charts.migrations.0005_forget_days_to_come")


@pytest.mark.django_db
def test_an_update_forgets_what_an_earlier_version_read_of_a_day_to_come(
    world: World, truth: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    now, later = timezone.now(), timezone.now() + timedelta(days=160)
    world.put(Day(0))
    world.run()
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: later)
        world.put(Day(0))
        world.run()
        remove_today(world)
    to_come = {"issued_on__gt": now.date()}
    RawEdition.objects.filter(**to_come).update(fetched_at=now, tried_at=now)
    Edition.objects.filter(**to_come).update(published_at=now)
    HistoricalViewCount.objects.filter(recorded_date__gt=now.date()).update(counted_at=now)
    assert chart_in(told())["date"] == str(later.date())

    FORGETTING.forget_days_to_come(apps, None)

    assert told() == truth


@pytest.mark.django_db
def test_an_update_while_the_clock_is_wrong_forgets_nothing(
    world: World, truth: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    world.put(Day(0))
    world.run()
    earlier = timezone.now() - timedelta(days=160)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: earlier)
        FORGETTING.forget_days_to_come(apps, None)

    assert told() == truth

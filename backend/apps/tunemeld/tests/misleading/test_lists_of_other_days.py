"""Lists that are older or newer than their day say so, and are no chart of today's."""

from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.test import Client
from django.utils import timezone

from apps.charts.models import Edition, RawEdition, StoredResponse
from apps.charts.tests.bodies import isrc
from apps.counts.models import CacheInvalidation, HistoricalViewCount
from apps.tunemeld.tests.misleading.world import (
    ALL_OK,
    GRAPHQL,
    SERVICES,
    Day,
    World,
    chart_in,
    check,
    day_of,
    named,
    remove_today,
    responses,
    sources_in,
    tracks_in,
)


@pytest.mark.django_db
@pytest.mark.one_database
def test_a_list_equal_to_that_of_two_days_ago_is_a_copy(world: World, truth: dict[str, Any]):
    world.put(Day(0, soundcloud=Day(2).body("soundcloud")))

    world.run()

    answers = responses()
    assert sources_in(answers) == ALL_OK | {"soundcloud": "stale"}
    check(answers, truth)
    assert tracks_in(answers)[isrc(12)]["counts"]["soundcloud"] == {
        **{"status": "stale", "date": str(day_of(1)), "in_change": []}
    }


@pytest.mark.parametrize("exchanged", [0, 2], ids=["as it was", "two lines exchanged"])
@pytest.mark.parametrize("service", ["apple_music", "spotify"])
@pytest.mark.django_db
@pytest.mark.one_database(but=["spotify-two lines exchanged"])
def test_older_list_is_used_again_with_its_day(
    world: World, truth: dict[str, Any], service: str, exchanged: int
):
    old, between = Day(3), Day(2)
    if service == "spotify":
        assert isinstance(old.spotify, list)
        old.spotify, between.spotify = old.spotify[::-1], [*map(named, [2, 1, *range(3, 21)])]
    remove_today(world)
    world.put(old, between, Day(1))
    world.run()
    again = getattr(old, service)
    world.put(Day(0, **{service: again[:exchanged][::-1] + again[exchanged:]}))

    records = world.run()

    answers = responses()
    world.put(Day(3), Day(2), Day(1))
    assert sources_in(answers) == ALL_OK | {service: "stale"}
    assert records["transform"].status == "partly"
    days = {source["service"]: source["date"] for source in chart_in(answers)["sources"]}
    assert days[service] == str(day_of(3))
    own = answers[f"charts/pop/{service}/"]["data"]
    assert (own["status"], own["date"]) == ("stale", str(day_of(3)))
    assert [line["name"] for line in own["tracks"]] == [track[0] for track in getattr(old, service)]
    ranks = {track["isrc"]: track["rank"] for track in own["tracks"]}
    on_chart = {code: track["services"].get(service) for code, track in tracks_in(answers).items()}
    used = {code: place["rank"] for code, place in on_chart.items() if place}
    assert used
    assert used.items() <= ranks.items()
    of_graphql = answers[GRAPHQL[SERVICES.index(service) + 1]]["data"]["playlist"]["tracks"]
    assert [track["isrc"] for track in of_graphql] == [line["isrc"] for line in own["tracks"] if line["isrc"]]
    if service == "spotify":
        head = Client().get("/api/header-art/pop/").json()["data"][service]
        assert head["cover_url"] == f"https://covers.example/{own['tracks'][0]['isrc']}.jpg"
    check(answers, truth, is_past_the_same=False)


@pytest.mark.django_db
def test_a_list_of_a_future_day_makes_no_chart(world: World, truth: dict[str, Any]):
    world.put(Day(0))
    for service in SERVICES:
        world.folder.put(service, "pop", str(day_of(-160)), Day(0).body(service) or b"")

    records = world.run()

    assert (records["extract"].status, records["extract"].rows_failed) == ("partly", 3)
    assert len(records["extract"].failures) == 3
    assert all(why.endswith("its day lies in the future") for why in records["extract"].failures)
    assert responses() == truth
    for file in world.folder.path.glob(f"raw/*/*/{day_of(-160)}.json"):
        file.unlink()


FORGETTING: Any = import_module("apps.charts.migrations.0005_forget_days_to_come")


def delete_later_days() -> None:
    """As the migration does, with the models as they were then, on tables as they are named now."""
    state = MigrationLoader(connection).project_state(("charts", "0005_forget_days_to_come"))
    for then, now in (("droppedview", CacheInvalidation), ("rawanswer", StoredResponse)):
        state.models["charts", then].options["db_table"] = now._meta.db_table
    FORGETTING.forget_days_to_come(state.apps, None)


@pytest.mark.django_db
def test_an_update_deletes_lists_of_future_days_of_an_earlier_version(
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
    assert chart_in(responses())["date"] == str(later.date())

    delete_later_days()

    assert responses() == truth


@pytest.mark.django_db
def test_update_while_the_clock_is_wrong_deletes_nothing(
    world: World, truth: dict[str, Any], monkeypatch: pytest.MonkeyPatch
):
    world.put(Day(0))
    world.run()
    earlier = timezone.now() - timedelta(days=160)
    with monkeypatch.context() as clock:
        clock.setattr(timezone, "now", lambda: earlier)
        delete_later_days()

    assert responses() == truth

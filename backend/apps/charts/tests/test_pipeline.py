"""From recorded answers to published charts."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import product

import pytest
from django.utils import timezone

from apps.charts.genres import RANKED, Genre
from apps.charts.models import ChartTrack, Edition, EditionEntry, RawEdition, ReviewItem, Status
from apps.charts.monitoring import report_of_today
from apps.charts.pipeline.plausibility import Verdict
from apps.charts.pipeline_models import StageRun
from apps.charts.selectors.charts import chart_of, edition_on
from apps.charts.tests.bodies import Folder, chosen, isrc, soundcloud, spotify
from apps.charts.tests.conftest import Run

FIRST, SECOND, THIRD = "2025-03-01", "2025-03-02", "2025-03-03"


def ranks(day: str, genre: str = "pop") -> list[str]:
    entries = EditionEntry.objects.filter(edition__genre=genre, edition__issued_on=day)
    return list(entries.values_list("track__isrc", flat=True))


def published() -> list[str]:
    shown = Edition.objects.filter(published_at__isnull=False).order_by("issued_on")
    return [str(edition.issued_on) for edition in shown]


def statuses(records: list[StageRun]) -> dict[str, str]:
    return {record.stage: record.status for record in records}


def test_line_of_unknown_recording_is_listed_until_it_becomes_known(run: Run, folder: Folder):
    folder.list("spotify", FIRST, 1, 2)
    folder.list("apple_music", FIRST, 1, 30)
    records = {record.stage: record for record in run()}
    item = ReviewItem.objects.get()
    assert (item.name, item.artist, item.service) == ("Title 30", "Artist 30", "apple_music")
    assert item.settled_at is None
    found = records["transform"]
    assert (found.status, found.row_counts) == ("succeeded", "4 in, 3 out, 1 for review, 0 failed")
    folder.list("spotify", SECOND, 1, 30)

    run()

    assert ReviewItem.objects.get().settled_at is not None
    # Apple's list of the first day counts for the second, too.
    assert ranks(SECOND) == [isrc(1), isrc(30)]


def test_values_are_those_of_the_service_with_the_highest_priority(run: Run, folder: Folder):
    folder.put("soundcloud", "pop", FIRST, soundcloud([("title 1!", "artist ONE", isrc(1))]))
    run()
    assert ChartTrack.objects.get().name == "title 1!"
    folder.list("spotify", SECOND, 1)

    run()

    track = ChartTrack.objects.get()
    assert (track.name, track.artist) == ("Title 1", "Artist 1")
    assert track.origins == dict.fromkeys(("name", "artist", "album", "cover_url"), "spotify")


def test_a_service_of_lower_priority_fills_empty_fields(run: Run, folder: Folder):
    folder.put("spotify", "pop", FIRST, spotify(chosen(1)).replace(b"An album", b""))
    folder.list("apple_music", FIRST, 1)

    run()

    track = ChartTrack.objects.get()
    assert (track.album, track.origins["album"]) == ("Another album", "apple_music")
    assert track.origins["name"] == "spotify"


def test_a_second_run_changes_nothing_and_a_corrected_list_rebuilds_its_charts(run: Run, folder: Folder):
    for day in (FIRST, SECOND):
        folder.list("spotify", day, 1, 2, 3)
        folder.list("soundcloud", day, 2, 1)
    run()
    models = (RawEdition, Edition, EditionEntry)
    before = [list(model.objects.order_by("pk").values()) for model in models]

    assert [record.rows_out for record in run()] == [0] * 5
    assert before == [list(model.objects.order_by("pk").values()) for model in models]

    folder.list("soundcloud", FIRST, 2)
    run()
    assert (ranks(FIRST), ranks(SECOND)) == ([isrc(2)], [isrc(1), isrc(2)])


def test_without_agreement_the_previous_chart_stays_and_the_first_is_empty(run: Run, folder: Folder):
    folder.list("spotify", FIRST, 1, 2)
    folder.list("soundcloud", FIRST, 3, 4)
    run()
    assert published() == [FIRST]
    assert ranks(FIRST) == []
    for service in ("spotify", "soundcloud"):
        folder.list(service, SECOND, 1, 2, 3, 4)
    folder.list("spotify", THIRD, 1, 2, 11)
    folder.list("soundcloud", THIRD, 3, 4, 12)

    run()

    assert published() == [FIRST, SECOND]
    assert edition_on("pop", None).issued_on == date.fromisoformat(SECOND)


def test_an_older_list_repeated_for_two_days_is_accepted(run: Run, folder: Folder):
    days = [f"2025-03-{day:02}" for day in range(1, 8)]
    for at, day in enumerate(days):
        folder.list("apple_music", day, *(range(20, 0, -1) if at == 1 else range(1, 21)))

    run()

    lists = RawEdition.objects.filter(service="apple_music").order_by("issued_on")
    statuses = list(lists.values_list("status", flat=True))
    assert statuses == [Status.OK] * 2 + [Status.STALE] * 2 + [Status.OK] * 3


@pytest.mark.parametrize(
    ("last", "status"), [("2025-03-29", Status.OK), ("2025-03-30", Status.STALE)], ids=["28 days", "29 days"]
)
def test_a_list_that_has_not_changed_for_four_weeks_is_a_copy(
    run: Run, folder: Folder, last: str, status: Status
):
    days = [FIRST, "2025-03-10", "2025-03-20", "2025-03-28", last]
    for day in days:
        folder.list("spotify", day, *range(1, 21))
        folder.list("apple_music", day, *range(1, 19), 20 + days.index(day))

    run()

    assert RawEdition.objects.get(service="spotify", issued_on=last).status == status
    used = {one.service: (one.status, str(one.date)) for one in chart_of(edition_on("pop", None)).sources}
    assert used["spotify"] == (status, FIRST if status == Status.STALE else last)
    # As long as it is repeated.
    for day in ("2025-03-31", "2025-04-01", "2025-04-02"):
        folder.list("spotify", day, *range(1, 21))
        folder.list("apple_music", day, *range(1, 19), 30)
    run()
    assert RawEdition.objects.get(service="spotify", issued_on="2025-04-02").status == Status.STALE
    folder.list("spotify", "2025-04-03", *range(2, 22))
    run()
    assert RawEdition.objects.get(service="spotify", issued_on="2025-04-03").status == Status.OK


def test_a_track_that_is_on_a_list_twice_has_its_better_rank(run: Run, folder: Folder):
    folder.list("spotify", FIRST, *range(1, 13), 2)
    folder.list("soundcloud", FIRST, *range(1, 13))

    run()

    entry = EditionEntry.objects.get(track__isrc=isrc(2))
    assert (entry.rank, entry.ranks) == (2, {"spotify": 2, "soundcloud": 2})


def test_a_list_that_is_the_same_after_weeks_without_any_is_no_copy(run: Run, folder: Folder):
    for day in (FIRST, SECOND, "2025-04-15"):
        folder.list("spotify", day, *range(1, 21))

    run()

    assert set(RawEdition.objects.values_list("status", flat=True)) == {Status.OK}


@pytest.mark.parametrize(
    ("services", "status"), [(["soundcloud"], "partly"), (RANKED, "failed")], ids=["of one service", "all"]
)
def test_the_stage_fails_only_if_most_lists_are_copies_or_rejected(
    run: Run, folder: Folder, services: Sequence[str], status: str
):
    own = {genre: [*range(10 * at + 1, 10 * at + 11)] for at, genre in enumerate(Genre)}
    for genre, service in product(Genre, RANKED):
        folder.list(service, FIRST, *own[genre], genre=genre)
    run()
    others = dict(zip(Genre, [*Genre][::-1], strict=True))
    for genre, service in product(Genre, RANKED):
        listed = own[others[genre]] if service in services else own[genre][::-1]
        folder.list(service, SECOND, *listed, genre=genre)
    for first in folder.path.glob(f"raw/soundcloud/*/{FIRST}.json"):
        first.with_stem(SECOND).write_bytes(first.read_bytes())

    records = run()

    rejected = RawEdition.objects.filter(issued_on=SECOND).exclude(status=Status.OK)
    assert rejected.count() == 4 * len(services)
    assert (records[1].status, records[1].anomalies, records[1].stale) == (status, 4 * len(services) - 4, 4)


def test_the_first_lists_are_used_without_confirmation(run: Run, folder: Folder):
    for day in (FIRST, SECOND):
        for service in ("spotify", "apple_music"):
            folder.list(service, day, *range(1, 21))
        records = run()
        chart = chart_of(edition_on("pop", None))
        confirmed = {one.service: one.is_confirmed for one in chart.sources}
        is_confirmed = day == SECOND
        assert confirmed == {"spotify": is_confirmed, "apple_music": is_confirmed, "soundcloud": None}
        assert [record.status for record in records] == ["succeeded"] * 5
        unconfirmed = report_of_today(now=timezone.now()).unconfirmed
        assert (f"spotify pop of {day}: no earlier list of the service confirms it." in unconfirmed) is not (
            is_confirmed
        )


def test_a_list_with_new_tracks_at_its_top_is_used_and_marked_doubtful(run: Run, folder: Folder):
    folder.list("apple_music", "2025-03-01", *range(1, 31))
    folder.list("apple_music", "2025-03-08", *range(31, 41), *range(1, 21))
    # A day later it does so again, which it has done before.
    folder.list("apple_music", "2025-03-09", *range(21, 31), *range(31, 41), *range(1, 11))

    records = run()

    lists = RawEdition.objects.order_by("issued_on")
    assert list(lists.values_list("status", flat=True)) == [Status.OK] * 3
    doubted = [f"apple_music pop of {day}: {Verdict.DOUBTFUL}" for day in ("2025-03-08", "2025-03-09")]
    assert records[1].failures == doubted


def test_the_same_list_for_two_genres_is_rejected_for_both_at_first(run: Run, folder: Folder):
    for service in ("spotify", "apple_music"):
        folder.list(service, FIRST, *range(1, 21))
        folder.list(service, FIRST, *range(10, 30), genre="dance")

    records = run()

    assert set(RawEdition.objects.values_list("status", flat=True)) == {Status.QUARANTINED}
    assert (records[1].status, records[1].anomalies) == ("failed", 4)
    assert not Edition.objects.filter(published_at__isnull=False).exists()
    for service in ("spotify", "apple_music"):
        folder.list(service, SECOND, *range(1, 21))
        folder.list(service, SECOND, *range(21, 41), genre="dance")
    run()
    assert set(RawEdition.objects.filter(issued_on=SECOND).values_list("status", flat=True)) == {Status.OK}


@pytest.mark.parametrize(
    ("day", "status"),
    [("2025-03-15", Status.QUARANTINED), ("2025-03-16", Status.OK)],
    ids=["14 days", "15 days"],
)
def test_a_list_is_compared_with_the_last_good_one_of_the_last_two_weeks(
    run: Run, folder: Folder, day: str, status: Status
):
    for service in ("spotify", "soundcloud"):
        folder.list(service, FIRST, 1, 2, 3)
    folder.list("spotify", day, 1, 2, 3)
    folder.list("soundcloud", day, 20, 21, 22)

    run()

    assert RawEdition.objects.get(service="soundcloud", issued_on=day).status == status


def test_a_list_that_shrinks_daily_is_quarantined_until_it_is_repeated(run: Run, folder: Folder):
    lengths = (30, 20, 13, 12, 12, 12)
    days = [str(date.fromisoformat(FIRST) + timedelta(days=after)) for after in range(len(lengths))]
    for day, length in zip(days, lengths, strict=True):
        folder.list("spotify", day, *range(1, length + 1))
        folder.list("soundcloud", day, *range(1, 31))

    run()

    found = RawEdition.objects.filter(service="spotify").order_by("issued_on")
    assert list(found.values_list("status", flat=True)) == [
        *(Status.OK, Status.OK, Status.QUARANTINED, Status.QUARANTINED, Status.OK, Status.OK)
    ]

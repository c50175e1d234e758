"""YouTube: a video is searched for once and asked about every day, within the day's quota."""

from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

import pytest
from django.test import override_settings

from apps.charts.counters import youtube as counter
from apps.charts.genres import MusicService
from apps.charts.models import ChartTrack, ServiceTrack
from apps.charts.pipeline_models import QuotaDay
from apps.charts.tests import bodies
from apps.charts.tests.bodies import Folder, isrc
from apps.charts.tests.conftest import Run
from apps.charts.tests.counters.conftest import CountOn, stored
from core.tests.providers.fake_service import Act, FakeService, Handler, answers

DAY, NEXT = "2025-03-01", "2025-03-02"
YOUTUBE = MusicService.YOUTUBE
VIDEOS, SEARCH = "/videos", "/search"


def views(**counts: int | None) -> Act:
    """Of these videos, for any key."""

    def act(handler: Handler) -> None:
        asked = unquote(handler.asked.params["id"]).split(",")
        items = [
            {"id": one, "statistics": {} if counts[one] is None else {"viewCount": str(counts[one])}}
            for one in asked
            if one in counts
        ]
        answers({"items": items})(handler)

    return act


def finds(*videos: tuple[str, str, str]) -> Act:
    """Video, title, channel."""
    items = [
        {"id": {"videoId": one}, "snippet": {"title": title, "channelTitle": who}}
        for one, title, who in videos
    ]
    return answers({"items": [{"id": {"kind": "youtube#channel"}}, *items]})


def by_query(handler: Handler) -> None:
    """Each track has a video of its own number."""
    number = handler.asked.params["q"].rsplit(" ", 1)[1]
    finds((f"v{number}", f"Artist {number} - Title {number} (Official Video)", f"Artist{number}VEVO"))(
        handler
    )


def forbidden(reason: str, *details: str, status: int = 403) -> Act:
    """In Google's shape of errors."""
    error = {"code": status, "message": "No.", "errors": [{"domain": "global", "reason": reason}]}
    if details:
        error["details"] = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": details[0]}]
    return answers({"error": error}, status=status)


@pytest.fixture
def chart(run: Run, folder: Folder, youtube: FakeService) -> FakeService:
    """Two tracks on a chart, with a video each."""
    for service in ("spotify", "apple_music"):
        folder.list(service, DAY, 1, 2)
    run()
    youtube.usual |= {SEARCH: by_query, VIDEOS: views(v1=100, v2=200)}
    return youtube


def counts(day: str = DAY) -> dict[str, Any]:
    return {key[1]: value for key, value in stored("youtube").items() if key[2] == day}


def test_videos_are_searched_once_and_counted_daily(chart: FakeService, count_on: CountOn):
    count_on(DAY, YOUTUBE)
    chart.usual[VIDEOS] = views(v1=150, v2=260)
    count_on(NEXT, YOUTUBE)

    assert counts(DAY) == {isrc(1): ("ok", 100), isrc(2): ("ok", 200)}
    assert counts(NEXT) == {isrc(1): ("ok", 150), isrc(2): ("ok", 260)}
    assert len(chart.asked_for(SEARCH)) == 2
    # Both in one question, each day.
    assert [one.params["id"] for one in chart.asked_for(VIDEOS)] == ["v1,v2", "v1,v2"]
    assert QuotaDay.objects.get(day=DAY).used == 201
    link = ServiceTrack.objects.get(service="youtube", track__isrc=isrc(1))
    assert link.url == "https://www.youtube.com/watch?v=v1"
    assert {one.params["key"] for one in chart.asked} == {"key"}
    assert chart.asked_for(SEARCH)[0].params["type"] == "video"

    tally = count_on(NEXT, YOUTUBE, hour=20)
    assert (tally.rows_in, tally.rows_failed) == (0, 0)
    assert len(chart.asked_for(VIDEOS)) == 2, "not again on the same day"


def test_one_request_counts_fifty_videos(run: Run, folder: Folder, youtube: FakeService, count_on: CountOn):
    tracks = [(f"Title {number}", f"Artist {number}", f"ZZTST26{number:05}") for number in range(1, 121)]
    folder.put("spotify", "pop", DAY, bodies.spotify(tracks))
    folder.put("soundcloud", "pop", DAY, bodies.soundcloud(tracks))
    run()
    for track in ChartTrack.objects.all():
        number = track.name.rsplit(" ", 1)[1]
        ServiceTrack.objects.create(
            service="youtube", service_track_id=f"v{number}", track=track, how="search"
        )
    youtube.usual[VIDEOS] = views(**{f"v{number}": number for number in range(1, 121)})

    count_on(DAY, YOUTUBE)

    assert [len(one.params["id"].split(",")) for one in youtube.asked_for(VIDEOS)] == [50, 50, 20]
    assert {status for status, _ in counts().values()} == {"ok"}


def test_an_exhausted_quota_stops_requests_until_the_next_day(chart: FakeService, count_on: CountOn):
    with override_settings(YOUTUBE_DAILY_QUOTA=150):
        tally = count_on(DAY, YOUTUBE)

        # One search, and the views of what it found: the other track has no video yet.
        assert len(chart.asked_for(SEARCH)) == 1
        assert counts(DAY) == {isrc(1): ("ok", 100), isrc(2): ("missing", None)}
        assert tally.failures == ["youtube: the quota of the day is used up"]

        count_on(NEXT, YOUTUBE)

    assert len(chart.asked_for(SEARCH)) == 2
    assert counts(NEXT)[isrc(2)] == ("ok", 200)


def test_an_exhausted_quota_is_read_from_youtubes_response(chart: FakeService, count_on: CountOn):
    count_on(DAY, YOUTUBE)
    chart.then(VIDEOS, forbidden("quotaExceeded"))

    count_on(NEXT, YOUTUBE)
    count_on(NEXT, YOUTUBE, hour=20)

    assert counts(NEXT) == {isrc(1): ("failed", None), isrc(2): ("failed", None)}
    assert len(chart.asked_for(VIDEOS)) == 2
    assert QuotaDay.objects.get(day=NEXT).used == 1000


# Google's answers to a key that is wrong, restricted to other addresses, or of a project without this API.
@pytest.mark.parametrize(
    "rejection",
    [
        lambda: forbidden("badRequest", "API_KEY_INVALID", status=400),
        lambda: forbidden("forbidden", "API_KEY_HTTP_REFERRER_BLOCKED"),
        lambda: forbidden("accessNotConfigured", "SERVICE_DISABLED"),
        lambda: answers({}, status=403),
    ],
)
def test_a_rejected_key_uses_no_quota_and_is_reported(
    chart: FakeService, count_on: CountOn, rejection: Callable[[], Act]
):
    chart.then(VIDEOS, rejection())
    count_on(DAY, YOUTUBE)
    chart.then(VIDEOS, rejection())

    tally = count_on(NEXT, YOUTUBE)

    assert "YOUTUBE_API_KEY" in tally.failures[0]
    assert QuotaDay.objects.get(day=NEXT).used == 1
    count_on(NEXT, YOUTUBE, hour=20)
    assert counts(NEXT) == {isrc(1): ("ok", 100), isrc(2): ("ok", 200)}


def test_a_forbidden_video_fails_alone(chart: FakeService, count_on: CountOn):
    count_on(DAY, YOUTUBE)
    usual = chart.usual[VIDEOS]

    def act(handler: Handler) -> None:
        (forbidden("forbidden") if "v1" in unquote(handler.asked.params["id"]).split(",") else usual)(handler)

    chart.usual[VIDEOS] = act

    tally = count_on(NEXT, YOUTUBE)

    assert counts(NEXT) == {isrc(1): ("failed", None), isrc(2): ("ok", 200)}
    assert tally.rows_failed == 1
    assert QuotaDay.objects.get(day=NEXT).used == 3


def test_a_failed_count_is_repeated_later_that_day(chart: FakeService, count_on: CountOn):
    count_on(DAY, YOUTUBE)
    chart.then(VIDEOS, answers({}, status=500), answers({"error": {"code": 400}}), answers({"nothing": 1}))

    for hour in (12, 14, 16):
        tally = count_on(NEXT, YOUTUBE, hour=hour)
        assert counts(NEXT) == {isrc(1): ("failed", None), isrc(2): ("failed", None)}
        assert tally.rows_failed == 2
    count_on(NEXT, YOUTUBE, hour=20)

    assert counts(NEXT) == {isrc(1): ("ok", 100), isrc(2): ("ok", 200)}


def test_a_hidden_count_is_missing_and_a_deleted_video_is_searched_again(
    chart: FakeService, count_on: CountOn
):
    count_on(DAY, YOUTUBE)
    chart.usual[VIDEOS] = views(v1=None)

    count_on(NEXT, YOUTUBE)

    assert counts(NEXT) == {isrc(1): ("missing", None), isrc(2): ("missing", None)}
    known = ServiceTrack.objects.filter(service="youtube")
    assert list(known.values_list("service_track_id", flat=True)) == ["v1"]


def test_a_video_of_another_recording_is_rejected_and_searched_again_after_a_month(
    chart: FakeService, count_on: CountOn
):
    chart.usual[SEARCH] = finds(("x", "Artist 1 - Title 1 (Karaoke Version)", "Sing along"))

    count_on(DAY, YOUTUBE)
    count_on(NEXT, YOUTUBE)

    assert len(chart.asked_for(SEARCH)) == 2
    assert counts(NEXT) == {isrc(1): ("missing", None), isrc(2): ("missing", None)}
    assert counter.SEARCH_INTERVAL.days == 30


def test_a_video_belongs_to_one_track_and_is_not_searched_daily(chart: FakeService, count_on: CountOn):
    ChartTrack.objects.update(name="One Song", artist="One Singer")
    chart.usual[SEARCH] = finds(("v1", "One Singer - One Song", "One Singer"))

    count_on(DAY, YOUTUBE)
    count_on(NEXT, YOUTUBE)

    assert counts(NEXT) == {isrc(1): ("ok", 100), isrc(2): ("missing", None)}
    assert len(chart.asked_for(SEARCH)) == 2

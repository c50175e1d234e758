"""Requests to services, here a stand-in that responds in their formats and misbehaves on purpose."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.test import override_settings
from django.utils import timezone

from apps.charts.connectors.base import Scope
from apps.charts.connectors.samples import SampleConnector
from apps.charts.connectors.services import RequestOptions, services_connector
from apps.charts.genres import Genre, MusicService
from apps.charts.matching.candidate_index import index_words
from apps.charts.models import ChartTrack, EditionEntry, RawEdition
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline_models import Stage, StageRun
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen, isrc, settings_of_services
from apps.counts.models import HistoricalViewCount
from core.providers.client import RequestBounds, RetryPolicy
from core.providers.responses import TimeSource
from core.tests.clocks import FakeClock
from core.tests.providers.fake_service import Act, FakeService, answers, hangs_up, keeps_silent, says

pytestmark = pytest.mark.django_db
SPOTIFY, APPLE, SOUNDCLOUD = "/v1/playlists/p1", "/apple/playlist1/", "/sc/v1/playlist/tracks"
TOKEN = "/accounts/api/token"
ETAG = {"ETag": '"first"'}
POP = Scope(genres=[Genre.POP])
Fetch = Callable[..., list[StageRun]]


@pytest.fixture
def service() -> Iterator[FakeService]:
    usual: dict[str, Act] = {
        TOKEN: answers({"access_token": "abc", "expires_in": 3600}),
        SPOTIFY: says(bodies.spotify(chosen(1, 2, 3)), headers=ETAG),
        APPLE: says(bodies.apple(chosen(2, 1))),
        SOUNDCLOUD: says(bodies.soundcloud(chosen(3, 2))),
    }
    with FakeService(usual) as started:
        yield started


@pytest.fixture
def fetch(service: FakeService) -> Iterator[Fetch]:
    clock = FakeClock()
    manner = RequestOptions(
        bounds=RequestBounds(connect_seconds=5.0, seconds=0.3),
        patience=RetryPolicy(attempts=2, first_wait_seconds=0.5, failure_threshold=100),
        # Waiting advances the clock of cooldowns; silence ends by the real one.
        times=TimeSource(time.monotonic, clock, clock.advance),
    )
    options = settings_of_services(service.url) | {"SPOTIFY_CHARTS": {"pop": "p1", "rap": "p2"}}
    with override_settings(**options), manner.opened:
        services = services_connector(manner)
        yield lambda scope=POP: run_pipeline(Plan(connector=services, scope=scope))


def statuses() -> dict[str, str]:
    return dict(RawEdition.objects.values_list("service", "status"))


def test_lists_of_all_services_make_a_chart(fetch: Fetch, service: FakeService):
    records = fetch()

    assert {record.status for record in records} == {"succeeded"}
    assert list(EditionEntry.objects.values_list("track__isrc", flat=True)) == [isrc(2), isrc(1), isrc(3)]
    (asked,) = service.asked_for(APPLE)
    assert asked.params == {"url": "https://apple.example/pop"}
    assert (asked.headers["x-rapidapi-key"], asked.headers["x-rapidapi-host"]) == ("key", "127.0.0.1")
    assert service.asked_for(SOUNDCLOUD)[0].params == {"playlist": "https://soundcloud.example/pop"}
    assert service.asked_for(SPOTIFY)[0].headers["authorization"] == "Bearer abc"


def test_repeated_requests_are_conditional(fetch: Fetch, service: FakeService):
    fetch()
    service.then(SPOTIFY, says(b"", status=304))

    records = fetch()

    assert service.asked_for(SPOTIFY)[-1].headers["if-none-match"] == '"first"'
    assert "if-none-match" not in service.asked_for(APPLE)[-1].headers
    assert [record.rows_out for record in records] == [0] * 5


def test_an_unchanged_list_is_also_that_of_the_next_day(fetch: Fetch, service: FakeService):
    fetch()
    yesterday = timezone.now().date() - timedelta(days=1)
    RawEdition.objects.filter(service="spotify").update(issued_on=yesterday)
    service.then(SPOTIFY, says(b"", status=304))

    fetch()

    editions = RawEdition.objects.filter(service="spotify")
    assert [edition.entries.count() for edition in editions] == [3, 3]
    assert {edition.etag for edition in editions} == {'"first"'}


@pytest.mark.usefixtures("few_counts")
def test_a_list_that_is_unchanged_although_none_is_stored_is_a_failure(fetch: Fetch, service: FakeService):
    """Samples are no lists of the service."""
    run_pipeline(Plan(connector=SampleConnector()))
    service.then(SOUNDCLOUD, says(b"", status=304))

    records = fetch()

    assert statuses() == {"spotify": "ok", "apple_music": "ok", "soundcloud": "failed"}
    assert records[0].status == "partly"


def test_a_return_to_the_last_good_list_is_plausible(fetch: Fetch, service: FakeService):
    fetch()
    yesterday = timezone.now().date() - timedelta(days=1)
    RawEdition.objects.filter(service="spotify").update(issued_on=yesterday)
    service.then(SPOTIFY, says(bodies.spotify(chosen(35, 36, 37)), headers={"ETag": '"other"'}))
    fetch()
    assert RawEdition.objects.get(service="spotify", status="quarantined").issued_on > yesterday
    service.then(SPOTIFY, says(b"", status=304))

    fetch()

    assert service.asked_for(SPOTIFY)[-1].headers["if-none-match"] == '"first"'
    assert set(RawEdition.objects.filter(service="spotify").values_list("status", flat=True)) == {"ok"}


@pytest.mark.parametrize(
    "act",
    [
        pytest.param(answers({"message": "broken"}, status=500), id="broken"),
        pytest.param(answers({"message": "Invalid API key."}, status=401), id="rejects the key"),
        pytest.param(answers({"message": "You are not subscribed to this API."}), id="error in a 200"),
        pytest.param(keeps_silent, id="silent"),
    ],
)
@pytest.mark.one_database(but=["broken"])
def test_a_failed_service_affects_no_other(fetch: Fetch, service: FakeService, act: Act):
    """Every other failure of a service: core/tests/providers/test_client.py, test_parsers.py."""
    service.then(SOUNDCLOUD, act, act, act)

    records = fetch()

    assert statuses() == {"spotify": "ok", "apple_music": "ok", "soundcloud": "failed"}
    assert records[0].status == "partly"
    assert "soundcloud pop" in records[0].failures[0]
    # On the lists of the two that answered.
    assert list(EditionEntry.objects.values_list("track__isrc", flat=True)) == [isrc(1), isrc(2)]


def test_if_all_services_fail_the_run_fails_and_charts_stay(fetch: Fetch, service: FakeService):
    fetch()
    before = list(EditionEntry.objects.order_by("pk").values())
    for path in (SPOTIFY, APPLE, SOUNDCLOUD):
        service.then(path, *[hangs_up] * 3)

    assert fetch()[0].status == "failed"

    assert list(EditionEntry.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("status", [404, 401], ids=["gone", "credentials taken away in the middle"])
def test_a_rejected_list_affects_only_its_genre(fetch: Fetch, service: FakeService, status: int):
    service.then("/v1/playlists/p2", *[answers({"error": {"message": "expired"}}, status=status)] * 3)

    fetch(Scope(genres=[Genre.POP, Genre.RAP], services=[MusicService.SPOTIFY]))

    assert dict(RawEdition.objects.values_list("genre", "status")) == {"pop": "ok", "rap": "failed"}


def test_without_credentials_no_service_gets_a_request():
    keys = dict.fromkeys(
        ("SPOTIFY_CLIENT_ID", "SPOTIFY_CLIENT_SECRET", "RAPIDAPI_KEY", "YOUTUBE_API_KEY"), ""
    )
    with override_settings(**keys, SPOTIFY_PLAY_COUNTS_URL="", AUDIO_FEATURES_URL=""):
        assert not services_connector(RequestOptions())


def test_a_remote_table_is_fetched_only_if_changed(service: FakeService):
    body = b"date,artist_title,streams_total\n2025-03-01,Artist 1 - Title 1,1000"
    service.then(
        "/tables/counts.csv", says(body, headers=ETAG), says(b"", status=304), answers({}, status=500)
    )
    manner = RequestOptions(patience=RetryPolicy(attempts=1))
    url = f"{service.url}/tables/counts.csv?for=all"
    with override_settings(SPOTIFY_PLAY_COUNTS_URL=url), manner.opened:
        connector = services_connector(manner)
        ChartTrack.objects.create(isrc=isrc(1), name="Title 1", artist="Artist 1")
        index_words(ChartTrack.objects.all())
        for _ in range(3):
            run_pipeline(Plan(connector=connector, stages=[Stage.COUNTS]))

    asked = service.asked_for("/tables/counts.csv")
    assert [one.headers.get("if-none-match") for one in asked] == [None, '"first"', '"first"']
    assert asked[0].params == {"for": "all"}
    assert HistoricalViewCount.objects.get().view_count == 1000
    statuses = list(StageRun.objects.order_by("pk").values_list("status", flat=True))
    assert statuses == ["succeeded", "succeeded", "partly"]

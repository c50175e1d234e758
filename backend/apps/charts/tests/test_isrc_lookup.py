"""ISRCs that no list contains, requested from Spotify's search in three ways."""

import json
from collections.abc import Callable, Iterator

import pytest
from django.test import override_settings

from apps.charts.connectors.services import RequestOptions, services_connector
from apps.charts.models import ChartTrack, RawEntry, ReviewItem, ServiceTrack
from apps.charts.pipeline.runner import Plan, run_pipeline
from apps.charts.pipeline_models import StageRun
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen, isrc, settings_of_services
from core.providers.client import RetryPolicy
from core.tests.providers.fake_service import Act, FakeService, answers, says

pytestmark = pytest.mark.django_db
SEARCH = "/v1/search"
UNKNOWN = ("Harbour Lights", "Cem Arslan", None)
CODE = "ZZTST2577777"
Fetch = Callable[[], list[StageRun]]


def found(title: str, artist: str, code: str) -> Act:
    listed = json.loads(bodies.spotify([(title, artist, code)]))
    return answers({"tracks": {"items": [item["track"] for item in listed["items"]]}})


@pytest.fixture
def service() -> Iterator[FakeService]:
    usual: dict[str, Act] = {
        "/accounts/api/token": answers({"access_token": "abc", "expires_in": 3600}),
        "/v1/playlists/p1": says(bodies.spotify(chosen(1, 2))),
        "/apple/playlist1/": says(bodies.apple([*chosen(1), UNKNOWN])),
        SEARCH: answers({"tracks": {"items": []}}),
    }
    with FakeService(usual) as started:
        yield started


@pytest.fixture
def fetch(service: FakeService) -> Iterator[Fetch]:
    manner = RequestOptions(patience=RetryPolicy(attempts=1, failure_threshold=100))
    found = settings_of_services(service.url) | {"SOUNDCLOUD_CHARTS": {}}
    with override_settings(**found), manner.opened:
        yield lambda: run_pipeline(Plan(connector=services_connector(manner)))


def track_of_unknown() -> str | None:
    return RawEntry.objects.values_list("track__isrc", flat=True).get(name=UNKNOWN[0])


def test_searches_go_from_strict_to_loose_and_results_are_stored(fetch: Fetch, service: FakeService):
    nothing = answers({"tracks": {"items": []}})
    service.then(SEARCH, nothing, nothing, found("Harbour Lights (Official Video)", "Cem Arslan", CODE))

    fetch()
    fetch()

    asked = [one.params["q"] for one in service.asked_for(SEARCH)]
    assert asked == [
        'track:"Harbour Lights" artist:"Cem Arslan"',
        "Harbour Lights Cem Arslan",
        "harbour lights cem arslan",
    ]
    assert track_of_unknown() == CODE
    stored = ServiceTrack.objects.get(track__isrc=CODE)
    assert (stored.service, stored.how) == ("apple_music", "search")
    assert ReviewItem.objects.get().settled_at is not None


def test_a_result_for_another_recording_is_rejected_and_not_searched_again_soon(
    fetch: Fetch, service: FakeService
):
    other = found("Harbour Lights (Night Remix)", "Cem Arslan", CODE)
    service.then(SEARCH, other, other, other)

    fetch()
    fetch()

    assert len(service.asked_for(SEARCH)) == 3
    assert track_of_unknown() is None
    assert not ChartTrack.objects.filter(isrc=CODE).exists()
    assert ReviewItem.objects.get().searched_at is not None


def test_a_failed_search_fails_no_list(fetch: Fetch, service: FakeService):
    service.then(SEARCH, answers({}, status=500))

    records = fetch()

    found = RawEntry.objects.order_by("track__isrc").values_list("track__isrc", flat=True)
    assert sorted(filter(None, found)) == [isrc(1), isrc(1), isrc(2)]
    transform = next(record for record in records if record.stage == "transform")
    assert transform.status == "partly"
    assert "search for codes" in transform.failures[0]
    assert ReviewItem.objects.get().searched_at is None

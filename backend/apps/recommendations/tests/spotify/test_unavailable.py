"""Spotify's tokens, and failures of Spotify: the source is reported as missing, and no secret is revealed."""

import logging

import pytest

from apps.recommendations.sources import spotify
from apps.recommendations.sources.base import Preferences, SourceUnavailable
from apps.recommendations.sources.spotify import SpotifySource
from apps.recommendations.tests.spotify.conftest import LANTERN, LIKES_ADA, LIKES_ADA_AND_JAZZ, titles
from apps.recommendations.tests.spotify.fake_spotify import (
    CLIENT_SECRET,
    SEARCH_PATH,
    TOKEN_PATH,
    FakeSpotify,
    page_of,
    rejection,
)
from core.tests.clocks import FakeClock
from core.tests.providers import fake_service
from core.tests.providers.fake_service import Act, answers, says

AWAY: dict[str, Act] = {
    "500": rejection(500, "Oops"),
    "cut half-way": fake_service.breaks_off,
    "hung up on": fake_service.hangs_up,
    "garbage": says(b"<html>We are away</html>"),
    "no track in it": answers(page_of([7, "eight"])),
    "another shape": answers({"albums": {"items": []}}),
    "an error inside": answers({"error": {"status": 503, "message": "Service unavailable"}}),
    "endless": fake_service.never_ends,
    "redirected": says(b"", status=301, headers={"Location": "/v1/elsewhere"}),
    "401 for ever": rejection(401, "Invalid access token"),
    "403": rejection(403, "Your app is switched off"),
    "429 for long": answers({}, status=429, headers={"Retry-After": "600"}),
    "429 without end": answers({}, status=429),
}


@pytest.mark.parametrize("act", [*AWAY.values(), fake_service.speaks_something_else], ids=[*AWAY, "not HTTP"])
@pytest.mark.parametrize("path", [TOKEN_PATH, SEARCH_PATH])
def test_an_unavailable_service_is_reported_without_secrets_and_queries(
    source: SpotifySource, service: FakeSpotify, caplog: pytest.LogCaptureFixture, path: str, act: Act
) -> None:
    caplog.set_level(logging.DEBUG)
    service.then(path, *[act] * 3)
    with pytest.raises(SourceUnavailable) as raised:
        source.candidates(LIKES_ADA, most=10)
    assert path == SEARCH_PATH or service.queries() == []
    shown = [asked.headers["authorization"].split()[1] for asked in service.asked]
    for secret in (CLIENT_SECRET, "BQ-token-", *shown, "ada brook"):
        assert secret not in caplog.text.lower() + caplog.text
        assert secret not in repr(raised.value) + repr(raised.value.__cause__)
    assert "A music service failed: spotify" in caplog.text


def test_a_failed_search_affects_no_other(source: SpotifySource, service: FakeSpotify) -> None:
    service.then(SEARCH_PATH, answers(page_of([LANTERN.as_told()])), *[rejection(500, "Oops")] * 3)
    assert titles(source, LIKES_ADA_AND_JAZZ) == ["Lantern"]


def test_a_rejected_search_affects_no_other(source: SpotifySource, service: FakeSpotify) -> None:
    service.then(SEARCH_PATH, rejection(400, "Bad search"))
    assert titles(source, LIKES_ADA_AND_JAZZ) == ["Lantern", "In Her Manner", "Harbour"]


def test_no_search_starts_after_the_deadline(
    source: SpotifySource, service: FakeSpotify, clock: FakeClock
) -> None:
    def late(handler: fake_service.Handler) -> None:
        clock.advance(spotify.SECONDS + 1)
        answers(page_of([LANTERN.as_told()]))(handler)

    service.then(SEARCH_PATH, late)
    assert titles(source, LIKES_ADA_AND_JAZZ) == ["Lantern", "Kettle"]
    assert set(service.queries()) == {'artist:"ada brook"'}


def test_a_deadline_before_any_result_counts_as_unavailable(
    source: SpotifySource, service: FakeSpotify, clock: FakeClock
) -> None:
    def found_nothing(handler: fake_service.Handler) -> None:
        clock.advance(4.9)
        answers(page_of([]))(handler)

    service.then(SEARCH_PATH, *[found_nothing] * 4)
    many = Preferences(seed_artists=[f"Artist {number}" for number in range(5)])
    with pytest.raises(SourceUnavailable):
        source.candidates(many, most=10)
    assert len(service.queries()) == 4

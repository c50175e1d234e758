"""Spotify's tokens, and Spotify misbehaving on purpose: it is away, says so, and tells nobody's secrets."""

import logging
import threading
from email.utils import formatdate

import pytest

from apps.recommendations.sources import spotify
from apps.recommendations.sources.base import SourceAway, Wishes
from apps.recommendations.sources.spotify import SpotifySource
from apps.recommendations.tests.spotify.conftest import (
    LANTERN,
    LIKES_ADA,
    LIKES_ADA_AND_JAZZ,
    MakeSource,
    titles,
)
from apps.recommendations.tests.spotify.stand_in import (
    CLIENT_SECRET,
    SEARCH_PATH,
    TOKEN_PATH,
    SpotifyStandIn,
    page_of,
    refusal,
)
from core.providers.client import Patience
from core.providers.lines import Bounds
from core.tests.clocks import FakeClock
from core.tests.providers import stand_in
from core.tests.providers.stand_in import Act, answers, says

# Silence is waited for in real time.
IMPATIENT = Bounds(connect_seconds=5.0, seconds=0.05)
CALLERS = 4


# --- Tokens ------------------------------------------------------------------------------------------


def test_a_token_serves_for_55_minutes(
    source: SpotifySource, service: SpotifyStandIn, clock: FakeClock
) -> None:
    titles(source)
    clock.advance(55 * 60 - 1)
    titles(source)
    assert service.tokens_given == 1
    clock.advance(1)
    titles(source)
    assert service.tokens_given == 2


def test_a_token_that_expires_in_the_middle_is_fetched_anew_once(
    source: SpotifySource, service: SpotifyStandIn
) -> None:
    assert titles(source) == ["Lantern", "Kettle"]
    service.forget_tokens()
    assert titles(source) == ["Lantern", "Kettle"]
    assert (service.tokens_given, len(service.queries())) == (2, 3)


def test_threads_and_processes_share_a_token(make_source: MakeSource, service: SpotifyStandIn) -> None:
    source, together, found = make_source(), threading.Barrier(CALLERS), []

    def call() -> None:
        together.wait()
        found.append(titles(source))

    threads = [threading.Thread(target=call) for _ in range(CALLERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found.append(titles(make_source()))
    assert found == [["Lantern", "Kettle"]] * (CALLERS + 1)
    assert service.tokens_given == 1


# --- When Spotify is away ----------------------------------------------------------------------------

AWAY: dict[str, Act] = {
    "500": refusal(500, "Oops"),
    "cut half-way": stand_in.breaks_off,
    "hung up on": stand_in.hangs_up,
    "garbage": says(b"<html>We are away</html>"),
    "no track in it": answers(page_of([7, "eight"])),
    "another shape": answers({"albums": {"items": []}}),
    "an error inside": answers({"error": {"status": 503, "message": "Service unavailable"}}),
    "endless": stand_in.never_ends,
    "redirected": says(b"", status=301, headers={"Location": "/v1/elsewhere"}),
    "401 for ever": refusal(401, "Invalid access token"),
    "403": refusal(403, "Your app is switched off"),
    "429 for long": answers({}, status=429, headers={"Retry-After": "600"}),
    "429 without end": answers({}, status=429),
}


@pytest.mark.parametrize("act", AWAY.values(), ids=AWAY)
def test_while_it_is_away_it_says_so(source: SpotifySource, service: SpotifyStandIn, act: Act) -> None:
    service.then(SEARCH_PATH, *[act] * 3)
    with pytest.raises(SourceAway):
        source.candidates(LIKES_ADA, most=10)


@pytest.mark.parametrize("act", AWAY.values(), ids=AWAY)
def test_without_a_token_it_is_away_too(source: SpotifySource, service: SpotifyStandIn, act: Act) -> None:
    service.then(TOKEN_PATH, *[act] * 3)
    with pytest.raises(SourceAway):
        source.candidates(LIKES_ADA, most=10)
    assert service.queries() == []


def test_silence_is_being_away(make_source: MakeSource, service: SpotifyStandIn) -> None:
    service.then(TOKEN_PATH, *[stand_in.keeps_silent] * 3)
    with pytest.raises(SourceAway):
        make_source(bounds=IMPATIENT).candidates(LIKES_ADA, most=10)


def test_nobody_there_is_being_away(make_source: MakeSource) -> None:
    with SpotifyStandIn([]) as gone:
        url = gone.url
    with pytest.raises(SourceAway):
        make_source(url=url).candidates(LIKES_ADA, most=10)


def test_wrong_credentials_are_being_away(make_source: MakeSource) -> None:
    with pytest.raises(SourceAway):
        make_source(secret="wrong").candidates(LIKES_ADA, most=10)


def test_what_passes_is_not_noticed(source: SpotifySource, service: SpotifyStandIn) -> None:
    service.then(TOKEN_PATH, stand_in.hangs_up, refusal(503, "Oops"))
    service.then(SEARCH_PATH, stand_in.breaks_off, answers({}, status=429, headers={"Retry-After": "1"}))
    assert titles(source) == ["Lantern", "Kettle"]


@pytest.mark.parametrize("as_date", [False, True], ids=["seconds", "date"])
def test_who_wants_to_be_left_alone_is_by_all_processes(
    make_source: MakeSource, service: SpotifyStandIn, clock: FakeClock, as_date: bool
) -> None:
    until = formatdate(clock() + 600, usegmt=True) if as_date else "600"
    service.then(SEARCH_PATH, answers({}, status=429, headers={"Retry-After": until}))
    for source in (make_source(), make_source()):
        with pytest.raises(SourceAway):
            source.candidates(LIKES_ADA, most=10)
    assert len(service.queries()) == 1
    clock.advance(600)
    assert titles(make_source()) == ["Lantern", "Kettle"]


def test_after_failing_for_a_while_it_is_not_asked_until_later(
    source: SpotifySource, service: SpotifyStandIn, clock: FakeClock
) -> None:
    patience = Patience()
    service.then(SEARCH_PATH, *[refusal(500, "Oops")] * (patience.failures_until_left_alone + 1))
    for _ in range(5):
        with pytest.raises(SourceAway):
            source.candidates(LIKES_ADA, most=10)
    assert len(service.queries()) == patience.failures_until_left_alone

    clock.advance(patience.left_alone_seconds)
    with pytest.raises(SourceAway):
        source.candidates(LIKES_ADA, most=10)
    assert len(service.queries()) == patience.failures_until_left_alone + 1

    clock.advance(patience.left_alone_seconds)
    assert titles(source) == ["Lantern", "Kettle"]


def test_what_was_found_before_it_went_away_counts(source: SpotifySource, service: SpotifyStandIn) -> None:
    found = answers(page_of([LANTERN.as_told()]))
    service.then(SEARCH_PATH, found, *[refusal(500, "Oops")] * 3)
    assert titles(source, LIKES_ADA_AND_JAZZ) == ["Lantern"]


def test_a_search_that_is_refused_does_not_keep_others_from_being_answered(
    source: SpotifySource, service: SpotifyStandIn
) -> None:
    service.then(SEARCH_PATH, refusal(400, "Bad search"))
    assert titles(source, LIKES_ADA_AND_JAZZ) == ["Lantern", "In Her Manner", "Harbour"]


def test_no_search_is_begun_when_its_time_is_over(
    source: SpotifySource, service: SpotifyStandIn, clock: FakeClock
) -> None:
    def late(handler: stand_in.Handler) -> None:
        clock.advance(spotify.SECONDS + 1)
        answers(page_of([LANTERN.as_told()]))(handler)

    service.then(SEARCH_PATH, late)
    assert titles(source, LIKES_ADA_AND_JAZZ) == ["Lantern", "Kettle"]
    assert set(service.queries()) == {'artist:"ada brook"'}


def test_whose_time_is_over_before_anything_was_found_is_away(
    source: SpotifySource, service: SpotifyStandIn, clock: FakeClock
) -> None:
    def found_nothing(handler: stand_in.Handler) -> None:
        clock.advance(4.9)
        answers(page_of([]))(handler)

    service.then(SEARCH_PATH, *[found_nothing] * 4)
    many = Wishes(seed_artists=[f"Artist {number}" for number in range(5)])
    with pytest.raises(SourceAway):
        source.candidates(many, most=10)
    assert len(service.queries()) == 4


# --- What is told of it ------------------------------------------------------------------------------


@pytest.mark.parametrize("act", [*AWAY.values(), stand_in.speaks_something_else])
@pytest.mark.parametrize("path", [TOKEN_PATH, SEARCH_PATH])
def test_neither_secrets_nor_wishes_appear_in_the_log(
    source: SpotifySource, service: SpotifyStandIn, caplog: pytest.LogCaptureFixture, path: str, act: Act
) -> None:
    caplog.set_level(logging.DEBUG)
    service.then(path, *[act] * 3)
    with pytest.raises(SourceAway) as raised:
        source.candidates(LIKES_ADA, most=10)
    shown = [asked.headers["authorization"].split()[1] for asked in service.asked]
    for secret in (CLIENT_SECRET, "BQ-token-", *shown, "ada brook"):
        assert secret not in caplog.text.lower() + caplog.text
        assert secret not in repr(raised.value) + repr(raised.value.__cause__)
    assert "A music service failed: spotify" in caplog.text

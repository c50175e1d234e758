"""A Spotify of our own, and processes that ask it."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from apps.recommendations.tests.spotify.fake_spotify import (
    CLIENT_ID,
    CLIENT_SECRET,
    SEARCH_PATH,
    FakeSpotify,
    Recording,
    rejection,
)
from core.tests.providers.fake_service import answers
from tests.conftest import PreparedData, Size
from tests.contract.conftest import client_of
from tests.contract.people import begin_session, registered
from tests.contract.recommendations.listeners import Listener
from tests.live.conftest import only_embedded
from tests.preloaded import run_program
from tests.processes import BACKEND, TuttiServer
from tests.services import Redis

SEARCH = """
import django
django.setup()
from apps.recommendations.sources.base import Preferences, SourceUnavailable
from apps.recommendations.sources.spotify import own_spotify
try:
    print(len(own_spotify().candidates(Preferences(seed_artists=["Ada Brook"]), most=10)))
except SourceUnavailable:
    print("away")
"""


LANTERN = Recording("Lantern", ["Ada Brook"], isrc="ZZA1B3100001")
CANDLE = Recording("Candle", ["Ada Brook"], isrc="ZZA1B3100002")


@pytest.fixture
def spotify() -> Iterator[FakeSpotify]:
    with FakeSpotify([LANTERN, CANDLE]) as started:
        yield started


def settings_for(spotify: FakeSpotify) -> dict[str, str]:
    return {
        **{"SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_CLIENT_SECRET": CLIENT_SECRET},
        **{"SPOTIFY_API_URL": f"{spotify.url}/v1/", "SPOTIFY_ACCOUNTS_URL": spotify.url},
    }


# --- Two processes on one Redis: what it gave or said to one, the other knows ------------------------


@pytest.fixture
def search(spotify: FakeSpotify, redis: Redis, tmp_path: Path) -> Callable[[], str]:
    """What a new process finds."""
    environment = {
        **{"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings"},
        **{"ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path), "REDIS_URL": redis.new_url()},
        **settings_for(spotify),
    }

    def run() -> str:
        command = [sys.executable, "-c", SEARCH]
        done = run_program(command, cwd=BACKEND, env=environment)
        assert done.returncode == 0, done.stderr
        assert CLIENT_SECRET not in done.stdout + done.stderr
        return done.stdout.strip()

    return run


def test_processes_share_a_token_and_its_backoff(spotify: FakeSpotify, search: Callable[[], str]) -> None:
    found = search()
    spotify.then(SEARCH_PATH, answers({}, status=429, headers={"Retry-After": "600"}))
    assert [found, search(), search()] == ["2", "away", "away"]
    assert (spotify.tokens_given, len(spotify.queries())) == (1, 2)


# --- A server: its results are recommended; without it, the library alone is -------------------------


@pytest.fixture
def dee(prepared_data: PreparedData, size: Size, spotify: FakeSpotify) -> Iterator[Listener]:
    """A new user at a server that uses this Spotify."""
    options = prepared_data.options(size)
    with (
        TuttiServer(**options, environment=settings_for(spotify)) as server,
        client_of(server) as http,
    ):
        account = registered(http, profile={"favorite_artists": ["Ada Brook"]})
        begin_session(http, account)
        yield Listener(http, account)
        assert CLIENT_SECRET not in server.log


def test_spotify_results_are_recommended_and_only_the_library_while_spotify_is_unavailable(
    dee: Listener, spotify: FakeSpotify
) -> None:
    dee.refresh()
    found = dee.read(limit=100)
    assert found["missing_sources"] == []
    assert LANTERN.title in found_by_spotify(found)

    dee.tell("play", track_id=found["recommendations"][-1]["track"]["id"])
    spotify.then(SEARCH_PATH, *[rejection(500, "Oops")] * 3)
    assert dee.refresh()["status"] == "succeeded"
    alone = dee.read(limit=100)
    assert alone["missing_sources"] == ["spotify"]
    assert {one["provider"] for one in alone["recommendations"]} == {"library"}


@only_embedded
def test_a_spotify_result_can_be_queued_and_a_disliked_one_disappears(dee: Listener) -> None:
    dee.refresh()
    found = found_by_spotify(dee.read(limit=100))
    lantern, candle = found[LANTERN.title], found[CANDLE.title]
    assert lantern["track"]["id"] is None

    liked = dee.tell("like", recommendation_id=lantern["id"])
    brought_in = dee.http.post(f"/api/recommendations/{lantern['id']}/track/")
    queued = dee.http.post("/api/playlist/", json={"track_id": liked["track_id"]})

    assert liked["recommendation_id"] == lantern["id"]
    assert (brought_in.status_code, brought_in.json()["id"]) == (200, liked["track_id"])
    assert brought_in.json()["isrc"] == LANTERN.isrc
    assert queued.status_code == 201
    assert [one["name"] for one in dee.http.get("/api/analytics/me/").json()["top_artists"]] == ["Ada Brook"]

    dee.tell("dislike", recommendation_id=candle["id"])
    assert CANDLE.title not in titles(dee)
    dee.refresh()
    assert CANDLE.title not in titles(dee)


def found_by_spotify(reported: dict[str, Any]) -> dict[str, Any]:
    """By their titles."""
    return {one["track"]["title"]: one for one in reported["recommendations"] if one["provider"] == "spotify"}


def titles(dee: Listener) -> list[str]:
    return [one["track"]["title"] for one in dee.read(limit=100)["recommendations"]]

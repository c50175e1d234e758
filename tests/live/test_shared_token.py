"""Two processes on one Redis: what a music service gave or said to one, the other knows."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from apps.recommendations.tests.spotify.stand_in import (
    CLIENT_ID,
    CLIENT_SECRET,
    SEARCH_PATH,
    Recording,
    SpotifyStandIn,
)
from core.tests.providers.stand_in import answers
from tests.processes import BACKEND
from tests.services import Redis

SEARCH = """
import django
django.setup()
from apps.recommendations.sources.base import SourceAway, Wishes
from apps.recommendations.sources.spotify import own_spotify
try:
    print(len(own_spotify().candidates(Wishes(seed_artists=["Ada Brook"]), most=10)))
except SourceAway:
    print("away")
"""


@pytest.fixture
def spotify() -> Iterator[SpotifyStandIn]:
    with SpotifyStandIn([Recording("Lantern", ["Ada Brook"])]) as started:
        yield started


@pytest.fixture
def search(spotify: SpotifyStandIn, redis: Redis, tmp_path: Path) -> Callable[[], str]:
    """What a new process finds."""
    environment = {
        **{"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "config.settings"},
        **{"ENV_FILE": os.devnull, "DATA_DIR": str(tmp_path), "REDIS_URL": redis.new_url()},
        **{"SPOTIFY_CLIENT_ID": CLIENT_ID, "SPOTIFY_CLIENT_SECRET": CLIENT_SECRET},
        **{"SPOTIFY_API_URL": f"{spotify.url}/v1/", "SPOTIFY_ACCOUNTS_URL": spotify.url},
    }

    def run() -> str:
        command = [sys.executable, "-c", SEARCH]
        done = subprocess.run(command, cwd=BACKEND, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert CLIENT_SECRET not in done.stdout + done.stderr
        return done.stdout.strip()

    return run


def test_processes_share_a_token_and_leave_it_alone_when_one_was_told_to(
    spotify: SpotifyStandIn, search: Callable[[], str]
) -> None:
    found = search()
    spotify.then(SEARCH_PATH, answers({}, status=429, headers={"Retry-After": "600"}))
    assert [found, search(), search()] == ["1", "away", "away"]
    assert (spotify.tokens_given, len(spotify.queries())) == (1, 2)

"""The pipeline of charts as real processes, and stand-ins for the music services that they ask."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen
from core.tests.providers.stand_in import Act, Handler, answers, says
from tests.processes import BACKEND
from tests.services import ends_with_us

TOKEN = "/accounts/api/token"
APPLE, SOUNDCLOUD = "/apple/playlist1/", "/sc/v1/playlist/tracks"
GENRES = ("pop", "dance", "rap", "country")
PROGRAMS = Path(__file__).parent
# Stages are done in a second each; the machine may be busy.
PATIENCE_SECONDS = 60.0


def spotify_path(genre: str) -> str:
    return f"/v1/playlists/{genre}"


def usual_answers() -> dict[str, Act]:
    """Each genre has ten tracks at each service, of which some are the same."""
    usual: dict[str, Act] = {
        TOKEN: answers({"access_token": "abc", "expires_in": 3600}),
        APPLE: by_genre(lambda first: bodies.apple(chosen(*range(first + 3, first + 10)))),
        SOUNDCLOUD: by_genre(lambda first: bodies.soundcloud(chosen(*range(first + 5, first + 10)))),
    }
    for place, genre in enumerate(GENRES):
        usual[spotify_path(genre)] = says(bodies.spotify(chosen(*range(place * 10 + 1, place * 10 + 9))))
    return usual


def by_genre(body: Callable[[int], bytes]) -> Act:
    """The services that are asked for a list by its address, which ends with the genre."""

    def act(handler: Handler) -> None:
        asked = "".join(handler.asked.params.values())
        [place] = [place for place, genre in enumerate(GENRES) if asked.endswith(genre)]
        says(body(place * 10 + 1))(handler)

    return act


def settings_for(url: str) -> dict[str, str]:
    addresses = ",".join(f"{genre}=https://lists.example/{genre}" for genre in GENRES)
    return {
        "SPOTIFY_CLIENT_ID": "id",
        "SPOTIFY_CLIENT_SECRET": "secret",
        "RAPIDAPI_KEY": "key",
        "SPOTIFY_API_URL": f"{url}/v1",
        "SPOTIFY_ACCOUNTS_URL": f"{url}/accounts",
        "APPLE_MUSIC_API_URL": f"{url}/apple",
        "SOUNDCLOUD_API_URL": f"{url}/sc",
        "SPOTIFY_CHARTS": ",".join(f"{genre}={genre}" for genre in GENRES),
        "APPLE_MUSIC_CHARTS": addresses,
        "SOUNDCLOUD_CHARTS": addresses,
        "ETL_TIMEOUT_SECONDS": "5",
    }


class Gate:
    """Holds an answer of a stand-in back."""

    def __init__(self, act: Act) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self._act = act

    def __call__(self, handler: Handler) -> None:
        self.reached.set()
        self.opened.wait(PATIENCE_SECONDS)
        self._act(handler)


class Pipeline:
    """Programs over one database; `environment` says which."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)

    def etl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._ended("manage.py", "etl", *words)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._ended("manage.py", *words)

    def begun(self, *words: str, **variables: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *words],
            cwd=BACKEND,
            env=self.environment | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **ends_with_us(),
        )

    def told(self) -> dict[str, Any]:
        ended = self._ended(str(PROGRAMS / "charts_told.py"))
        assert ended.returncode == 0, ended.stderr
        told: dict[str, Any] = json.loads(ended.stdout)
        return told

    def _ended(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words]
        return subprocess.run(command, cwd=BACKEND, env=self.environment, capture_output=True, text=True)

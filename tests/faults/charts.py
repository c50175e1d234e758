"""The pipeline of charts as real processes, and stand-ins for the music services that they ask."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen, settings_of_services
from core.tests.providers.fake_service import Act, FakeService, Handler, answers, says
from tests.preloaded import run_program, start_program
from tests.processes import BACKEND
from tests.services import wait_for

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
    return settings_of_services(url) | {
        "SPOTIFY_CHARTS": ",".join(f"{genre}={genre}" for genre in GENRES),
        "APPLE_MUSIC_CHARTS": addresses,
        "SOUNDCLOUD_CHARTS": addresses,
        "ETL_TIMEOUT_SECONDS": "5",
    }


class Gate:
    """Holds a response of a stand-in back."""

    def __init__(self, act: Act) -> None:
        self.reached, self.opened = threading.Event(), threading.Event()
        self._act = act

    def __call__(self, handler: Handler) -> None:
        self.reached.set()
        self.opened.wait(PATIENCE_SECONDS)
        self._act(handler)


def held_back(services: FakeService) -> Gate:
    """The next answer of SoundCloud."""
    gate = Gate(services.usual[SOUNDCLOUD])
    services.then(SOUNDCLOUD, gate)
    return gate


class Begun:
    """A program that runs beside the test. Its standard input ends when the gate is opened."""

    def __init__(self, words: tuple[str, ...], environment: Mapping[str, str]) -> None:
        gate, self._gate = os.pipe()
        self._output = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed by `ended`
        with open(gate) as stdin:  # noqa: PTH123
            self._process = start_program(
                [sys.executable, *words],
                **{"cwd": BACKEND, "env": dict(environment)},
                **{"stdin": stdin, "stdout": self._output, "stderr": self._output},
            )

    def said(self) -> str:
        return os.pread(self._output.fileno(), 1 << 20, 0).decode()

    def wait_for_gate(self) -> None:
        """Of `pausable_etl.py`."""
        self.wait_until(lambda: "GATE\n" in self.said())

    def wait_until(self, is_so: Callable[[], bool]) -> None:
        """Fails when the program ends before."""
        wait_for(lambda: is_so() or self._process.poll() is not None)
        assert self._process.poll() is None, self.said()

    def interrupt(self) -> None:
        self._process.send_signal(signal.SIGINT)

    def kill(self) -> None:
        self._process.kill()
        self.ended()

    def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote, once it has ended; opens the gate."""
        os.close(self._gate)
        code, said = self._process.wait(PATIENCE_SECONDS), self.said()
        self._output.close()
        return code, said


class Pipeline:
    """Programs over one database; `environment` says which."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)

    def etl(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._ended("manage.py", "etl", *words)

    def manage(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self._ended("manage.py", *words)

    def begun(self, *words: str, **variables: str) -> Begun:
        return Begun(words, self.environment | variables)

    def begun_with_gate(self, after: str) -> Begun:
        """A run that stands still after this event; at its gate by now."""
        run = self.begun(str(PROGRAMS / "pausable_etl.py"), after, "run")
        run.wait_for_gate()
        return run

    def results(self) -> dict[str, Any]:
        ended = self._ended(str(PROGRAMS / "charts_results.py"))
        assert ended.returncode == 0, ended.stderr
        reported: dict[str, Any] = json.loads(ended.stdout)
        return reported

    def _ended(self, *words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, *words]
        return run_program(command, cwd=BACKEND, env=self.environment)

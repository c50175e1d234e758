"""A server with music, a room with items, and `./tutti speaker` in it."""

import os
import signal
import subprocess
from pathlib import Path
from typing import Any, Self

import httpx

from tests.contract.conftest import new_room
from tests.processes import BACKEND, TuttiServer
from tests.services import parent_death_options, wait_for


class Party:
    """A room and its speaker. Subclasses have the device that plays."""

    def __init__(self, server: TuttiServer, http: httpx.Client, folder: Path) -> None:
        self.server, self.http = server, http
        self.room = new_room(http)
        self._output = folder / "speaker.log"
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._process and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def start_speaker(self, command: list[str], *options: str, **variables: str) -> None:
        words = ["--room", self.room, "--server", self.server.base_url, "--name", "Kitchen", *options]
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        with self._output.open("ab") as output:
            self._process = subprocess.Popen(
                [*command, *words],
                env={**kept, **variables, "PYTHONPATH": str(BACKEND)},
                stdout=output,
                stderr=output,
                **parent_death_options(),
            )

    def end(self, number: signal.Signals) -> int:
        assert self._process
        self._process.send_signal(number)
        return self.ended()

    def ended(self) -> int:
        assert self._process
        return self._process.wait(30)

    @property
    def said(self) -> str:
        return self._output.read_text()

    def add(self, *titles: str) -> list[int]:
        queue = f"/api/rooms/{self.room}/playlist/"
        return [
            self.http.post(queue, json={"track_id": track(self.http, title)["id"]}).json()["id"]
            for title in titles
        ]

    def player(self, **action: Any) -> Any:
        path = f"/api/rooms/{self.room}/player/"
        response = self.http.post(path, json=action) if action else self.http.get(path)
        assert response.status_code == 200, response.text
        return response.json()

    def wait_for_speaker(self) -> None:
        wait_for(self.speakers)

    def speakers(self) -> list[dict[str, Any]]:
        return self.player()["speakers"]

    def wait_until_in_sync(self) -> None:
        wait_for(self.speakers, lambda all_of_them: bool(all_of_them) and all_of_them[0]["in_sync"])


def track(http: httpx.Client, title: str) -> dict[str, Any]:
    found = wait_for(lambda: http.get("/api/tracks/", params={"search": title}).json(), bool)
    return found[0]

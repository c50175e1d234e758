"""An account: how it is made, and how a session is begun with it."""

import re
import sys

import httpx

from tests.contract.people import PASSWORD, begin_session, registered
from tests.preloaded import run_program
from tests.processes import BACKEND, TuttiServer

TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
FILL_LIBRARY = """
from apps.tracks.metadata import TrackMetadata
from apps.tracks.models import Track
from apps.tracks.services import create_track
from django.db import transaction
with transaction.atomic():
    for number in range(Track.objects.count(), {count}):
        create_track(metadata=TrackMetadata(title=f"Number {{number}}", artist={artist!r}))
"""


ADD_TRACK = """
from apps.tracks.metadata import TrackMetadata
from apps.tracks.services import create_track
print(create_track(metadata=TrackMetadata(title={title!r}, artist="Nobody", duration_seconds={seconds})).pk)
"""


def make_staff(server: TuttiServer, name: str) -> None:
    variables = {"DJANGO_SUPERUSER_PASSWORD": PASSWORD}
    options = ["--noinput", "--username", name, "--email", f"{name}@tutti.example"]
    _manage(server, "createsuperuser", *options, variables=variables)


def log_in(http: httpx.Client, name: str) -> None:
    """Fills in the admin's form, as a person would."""
    form = http.get("/admin/login/?next=/admin/")
    found = TOKEN.search(form.text)
    assert found, form.text
    fields = {"csrfmiddlewaretoken": found[1], "username": name, "password": PASSWORD, "next": "/admin/"}
    response = http.post("/admin/login/?next=/admin/", data=fields)
    assert response.status_code == 302, response.text
    assert "sessionid" in http.cookies


def begin_plain_session(http: httpx.Client, name: str) -> None:
    """An account that is not staff."""
    begin_session(http, registered(http, name))
    assert "sessionid" in http.cookies


def _manage(server: TuttiServer, *arguments: str, variables: dict[str, str] | None = None) -> str:
    command = [sys.executable, "manage.py", *arguments]
    environment = {**server.environment, **(variables or {})}
    done = run_program(command, cwd=BACKEND, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


def run_code(server: TuttiServer, code: str) -> str:
    """Runs it in a shell beside the server; what it printed."""
    return _manage(server, "shell", "-v", "0", "-c", code)


def add_track(server: TuttiServer, *, title: str, seconds: int) -> int:
    """The id of a new track of this length."""
    return int(run_code(server, ADD_TRACK.format(title=title, seconds=seconds)))


def fill_library(server: TuttiServer, count: int, *, artist: str = "Nobody") -> None:
    """Makes the library hold so many tracks."""
    run_code(server, FILL_LIBRARY.format(count=count, artist=artist))

"""Who may write to the library: the staff and nobody else."""

import httpx
import pytest

from tests.contract.libraries import Library
from tests.contract.refusals import refused
from tests.processes import TuttiServer

BODY = {"title": "Mine", "artist": "Me"}


def writes(http: httpx.Client, track_id: int) -> list[httpx.Response]:
    one = f"/api/tracks/{track_id}/"
    return [
        http.post("/api/tracks/", json=BODY),
        http.put(one, json=BODY),
        http.patch(one, json={"title": "Mine"}),
        http.delete(one),
    ]


@pytest.mark.parametrize(
    ("who", "status", "code"),
    [
        ("client", 401, "NOT_AUTHENTICATED"),
        ("bo", 401, "NOT_AUTHENTICATED"),
        ("plain_account", 403, "PERMISSION_DENIED"),
    ],
)
def test_others_may_not_and_nothing_changes(
    request: pytest.FixtureRequest, library: Library, client: httpx.Client, who: str, status: int, code: str
):
    track = library.add("Ours")
    total = client.get("/api/tracks/").headers["X-Total-Count"]

    for answer in writes(request.getfixturevalue(who), track["id"]):
        refused(answer, status, code)

    assert client.get(f"/api/tracks/{track['id']}/").json() == track
    assert client.get("/api/tracks/").headers["X-Total-Count"] == total


@pytest.mark.parametrize("who", ["client", "bo", "plain_account"])
def test_everybody_may_read(request: pytest.FixtureRequest, server: TuttiServer, who: str):
    http = request.getfixturevalue(who)

    assert http.get("/api/tracks/").status_code == 200
    assert http.get("/api/tracks/genres/").status_code == 200

"""GET /api/users/me/export/: all that is stored about the person, and of nobody else."""

import httpx
import pytest

from tests.contract.conftest import NewClient
from tests.contract.people import bearer, registered
from tests.contract.queues import Queue

TASTE = {"favorite_genres": ["jazz"], "favorite_artists": [], "moods": ["calm"]}


@pytest.mark.both_sizes
def test_one_document_has_everything(
    queue: Queue, client: httpx.Client, new_client: NewClient, bo: httpx.Client
):
    account = registered(client, profile=TASTE)
    own = queue.as_seen_by(new_client(headers=bearer(account)))
    kept, gone = own.fill(2)
    queue.as_seen_by(bo).fill(1)
    own.vote(kept, -1)
    own.play(kept)
    own.stop()
    own.remove(gone)
    before = queue.state()

    answer = own.http.get("/api/users/me/export/")

    told = answer.json()
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert "attachment" in answer.headers["Content-Disposition"]
    assert (told["account"]["id"], told["account"]["email"]) == (account["id"], account["email"])
    assert told["profile"] == TASTE
    assert [(vote["item_id"], vote["value"], vote["room"]) for vote in told["votes"]] == [
        (kept, -1, queue.room)
    ]
    assert [item["item_id"] for item in told["items"]] == [kept]
    assert [item["item_id"] for item in told["removed_items"]] == [gone]
    assert [play["item"]["id"] for play in told["plays"]] == [kept]
    assert len(told["tokens"]) == 1
    assert account["access"] not in answer.text
    assert account["refresh"] not in answer.text
    assert '"added_by":"Bo"' not in answer.text
    assert queue.state() == before


def test_what_is_long_comes_whole(client: httpx.Client, queue: Queue):
    """In pieces, as it is taken; its length is said beforehand."""
    own = bearer(registered(client))
    context = {"why": "\N{MUSICAL KEYBOARD}" * 400}
    activity = {"track_id": queue.tracks[0], "activity_type": "play", "context": context}
    assert client.post("/api/analytics/activity/", json=[activity] * 300, headers=own).status_code == 201

    answer = client.get("/api/users/me/export/", headers=own)

    assert answer.status_code == 200
    assert len(answer.content) == int(answer.headers["Content-Length"]) > 300 * 1600
    told = answer.json()
    assert [one["context"] for one in told["activities"]] == [context] * 300
    assert (told["account"]["is_staff"], told["votes"], len(told["tokens"])) == (False, [], 1)
    assert answer.headers["Cache-Control"] == "private, no-store"

"""GET /api/users/me/export/: all that is stored about the person, and of nobody else."""

import httpx

from tests.contract.conftest import NewClient
from tests.contract.people import bearer, registered
from tests.contract.queues import Queue

TASTE = {"favorite_genres": ["jazz"], "favorite_artists": [], "moods": ["calm"]}


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

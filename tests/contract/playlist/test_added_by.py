"""Who has added an item, as the queue shows it."""

from typing import Any

import httpx
import pytest

from tests.contract.queues import Queue
from tests.contract.refusals import refused
from tests.contract.witnesses import Witness


def test_somebody_unknown_is_anonymous(queue: Queue):
    assert queue.add(queue.tracks[0])["added_by"] == "Anonymous"


def test_a_guest_goes_by_its_name(queue: Queue, ada: httpx.Client):
    with Witness(queue) as witness:
        item = queue.as_seen_by(ada).add(queue.tracks[0])

    assert item["added_by"] == "Ada"
    assert witness.payloads[0]["added_by"] == "Ada"


def test_a_guest_without_a_name_is_anonymous(queue: Queue):
    queue.http.post("/api/guests/", json={})

    assert queue.add(queue.tracks[0])["added_by"] == "Anonymous"


def test_a_guest_goes_by_the_newest_name_and_items_keep_the_one_they_had(queue: Queue, ada: httpx.Client):
    as_ada = queue.as_seen_by(ada)
    as_ada.add(queue.tracks[0])
    ada.patch("/api/guests/me/", json={"name": "Ada L."})

    as_ada.add(queue.tracks[1])

    assert [item["added_by"] for item in queue.items()] == ["Ada", "Ada L."]


def test_a_given_name_goes_before_the_guests(queue: Queue, ada: httpx.Client):
    assert queue.as_seen_by(ada).add(queue.tracks[0], added_by="The kitchen")["added_by"] == "The kitchen"


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        *[("  Ada  ", "Ada"), ("\tAda\n", "Ada"), (" " + "y" * 50 + " ", "y" * 50)],
        *[(name, name) for name in ("x" * 50, "Bo & Cem", "<b>Bo</b>", "🎷" * 50, "Çem")],
    ],
)
def test_a_name_is_trimmed_and_otherwise_kept(queue: Queue, given: str, shown: str):
    item = queue.add(queue.tracks[0], added_by=given)

    assert item["added_by"] == shown
    assert queue.item(item["id"])["added_by"] == shown


@pytest.mark.parametrize("name", ["", "   ", "x" * 51, "A\x00da", "A\nda", "A\x1bda", "A\x7fda", 5, ["Ada"]])
def test_what_is_no_name_is_a_400(queue: Queue, name: Any):
    with Witness(queue) as witness:
        body = {"track_id": queue.tracks[0], "added_by": name}
        refused(queue.post(json=body), 400, "VALIDATION_ERROR", "added_by")

    assert witness.types == []

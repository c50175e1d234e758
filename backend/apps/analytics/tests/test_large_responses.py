"""What is stored of a large answer: test_recording.py in tests/contract/analytics shows the repeat of one."""

import pytest

from apps.playlist.tests.people import Person
from apps.tracks.tests.factories import new_track
from core.models import IdempotencyRecord


@pytest.mark.django_db
def test_of_a_large_response_only_the_ids_are_stored():
    ada, track = Person.with_account("ada"), new_track("Halo")
    activity = {"track_id": track.pk, "activity_type": "play", "context": {"why": "x" * 100}}

    answer = ada.ask("POST", "analytics/activity/", [activity] * 200, **{"Idempotency-Key": "large"})

    stored = IdempotencyRecord.objects.get(key="large")
    assert (answer.status_code, stored.body) == (201, "")
    assert stored.recipe.split() == [str(one["id"]) for one in answer.json()]

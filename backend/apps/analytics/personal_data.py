"""Personal data in the statistics of a person: exported, transferred and erased."""

from collections.abc import Collection
from typing import Any

from apps.analytics.models import Activity
from apps.analytics.selectors import activities_of
from apps.analytics.services import claim_room_plays, claim_room_plays_in_batches, delete_activities
from core.database import delete_in_batches
from core.identity import user_id_of


class AnalyticsPersonalData:
    """The activities of an account. Activities of guests are not stored."""

    def export(self, key: str) -> dict[str, Any]:
        user_id = user_id_of(key)
        if user_id is None:
            return {"activities": []}
        return {
            "activities": (
                {
                    "id": one.pk,
                    "activity_type": one.kind,
                    "track": one.track.title if one.track else None,
                    "artist": one.track.artist if one.track else None,
                    "recommendation_id": one.recommendation_number,
                    "of_room_play": one.room_play_id is not None,
                    "context": one.context,
                    "occurred_at": one.occurred_at,
                    "received_at": one.received_at,
                }
                for one in activities_of(user_id)
            )
        }

    def transfer_bulk(self, *, from_key: str, to_key: str) -> None:
        user_id = user_id_of(to_key)
        if user_id is not None:
            for adder in (from_key, to_key):
                claim_room_plays_in_batches(user_id=user_id, adder=adder)

    def transfer(self, *, from_key: str, to_key: str) -> None:
        """Assigns plays of the guest's tracks to the account; this and `transfer_bulk` may both do so."""
        user_id = user_id_of(to_key)
        if user_id is not None:
            for adder in (from_key, to_key):
                claim_room_plays(user_id=user_id, adder=adder)

    def erase_bulk(self, key: str, *, names: Collection[str]) -> None:
        """Deletes activities in portions, each subtracted from the counts in its own transaction."""
        del names
        user_id = user_id_of(key)
        if user_id is not None:
            delete_in_batches(Activity.objects.filter(user_id=user_id))

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """Subtracts the activities from all counts, and blocks new reports until the transaction ends.

        It runs before the account's row is locked: each new report needs a lock of that row.
        """
        del names
        user_id = user_id_of(key)
        if user_id is not None:
            delete_activities(user_id)

"""What is counted of people: how it is told, handed over and erased."""

from collections.abc import Collection
from typing import Any

from apps.analytics.models import Activity
from apps.analytics.room_plays import claim_room_plays, claim_room_plays_in_portions
from apps.analytics.selectors import activities_of
from apps.analytics.services import forget_activities
from core.identity import user_id_of
from core.portions import delete_in_portions


class AnalyticsBelongings:
    """Of one person. A guest has none: only what an account does is kept."""

    def exported(self, key: str) -> dict[str, Any]:
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

    def hand_over_most(self, *, giver: str, taker: str) -> None:
        user_id = user_id_of(taker)
        if user_id is not None:
            for adder in (giver, taker):
                claim_room_plays_in_portions(user_id=user_id, adder=adder)

    def hand_over(self, *, giver: str, taker: str) -> None:
        """What was played of a guest's tracks counts as the account's, whoever hands the plays over first."""
        user_id = user_id_of(taker)
        if user_id is not None:
            for adder in (giver, taker):
                claim_room_plays(user_id=user_id, adder=adder)

    def erase_most(self, key: str, *, names: Collection[str]) -> None:
        """Each portion leaves every count in a transaction of its own."""
        del names
        user_id = user_id_of(key)
        if user_id is not None:
            delete_in_portions(Activity.objects.filter(user_id=user_id))

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """Takes the activities out of every count, and holds back whoever tells of any until all is done.

        Once the account's row is locked it would be too late to wait for them: each refers to an account.
        """
        del names
        user_id = user_id_of(key)
        if user_id is not None:
            forget_activities(user_id)

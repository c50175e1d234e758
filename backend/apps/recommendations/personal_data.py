"""Personal data in recommendations: the list of a person, and jobs about it; exported and erased."""

from collections.abc import Collection
from typing import Any

from django.db import transaction

from apps.jobs.payloads import job_payload
from apps.jobs.services import delete_runs_about, runs_about
from apps.recommendations.list_store import invalidate_cached_list
from apps.recommendations.models import Recommendation
from core.identity import user_id_of


class RecommendationPersonalData:
    """Of one account. A guest has none."""

    def export(self, key: str) -> dict[str, Any]:
        user_id = user_id_of(key)
        if user_id is None:
            return {}
        rows = (
            Recommendation.objects.filter(stored_list__user_id=user_id).select_related("track").order_by("pk")
        )
        return {
            "recommendations": [_exported(row) for row in rows],
            "recommendation_jobs": [
                {"job": job_payload(run), "asked_for": run.arguments} for run in runs_about(key)
            ],
        }

    def transfer_bulk(self, *, from_key: str, to_key: str) -> None:
        """A guest has nothing here."""

    def transfer(self, *, from_key: str, to_key: str) -> None:
        """A guest has nothing here."""

    def erase_bulk(self, key: str, *, names: Collection[str]) -> None:
        """A list is short, and jobs are few."""

    def erase(self, key: str, *, names: Collection[str]) -> None:
        """The list is deleted with the account; jobs are found by the key."""
        del names
        delete_runs_about(key)
        user_id = user_id_of(key)
        if user_id is not None:
            transaction.on_commit(lambda: invalidate_cached_list(user_id), robust=True)


def _exported(row: Recommendation) -> dict[str, Any]:
    return {
        "id": row.pk,
        "rank": row.rank,
        "score": row.score,
        "track": row.track.title if row.track else None,
        "artist": row.track.artist if row.track else None,
        "provider": row.provider,
        "told_by_provider": row.outside,
        "reasons": row.reasons,
        "offered_at": row.offered_at,
    }

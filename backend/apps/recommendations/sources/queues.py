"""What was queued by people who queued what this person likes."""

from collections.abc import Sequence

from apps.playlist.tastes import queued_together_with
from apps.recommendations.sources.base import Candidate, Reason, ReasonKind, Wishes

# So many of the tracks that the person likes are looked for in queues, the strongest first.
MOST_LIKED = 20


class QueuesSource:
    name = "queues"

    def candidates(self, wishes: Wishes, *, most: int) -> Sequence[Candidate]:
        liked = {one.track_id: one for one in wishes.liked}
        looked_for = list(liked)[:MOST_LIKED]
        if not looked_for:
            return []
        together = queued_together_with(looked_for)
        highest = max((one.people for one in together), default=1)
        found: dict[int, Candidate] = {}
        for one in together:
            if one.track_id in found or one.track_id in liked or one.track_id in wishes.avoided_track_ids:
                continue
            text = f"Queued by somebody who also queued {liked[one.beside_track_id].title}"
            reason = Reason(ReasonKind.QUEUED_TOGETHER, text, one.beside_track_id)
            found[one.track_id] = Candidate(one.people / highest, (reason,), track_id=one.track_id)
            if len(found) == most:
                break
        return list(found.values())

"""Codes of recordings that no list tells, asked of a catalogue: one after the other, in three ways each.

It happens after the lists of a run have been looked through, and outside of transactions. What was found is
remembered as the service's track, and its lists are read again; what wasn't is asked about again in a month.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import Q

from apps.charts.connectors.base import SHAPES, Catalogue, FoundRecording, Scope
from apps.charts.matching import Match, Recording, match
from apps.charts.matching.candidate_index import NAMES_EVERYONE, index_words
from apps.charts.models import ChartTrack, RawEdition, ReviewItem, ServiceTrack
from apps.charts.parsers.base import SourceError
from apps.charts.pipeline.stage_run import Progress, Tally, unit
from core.providers.responses import ProviderError

SEARCHED_AGAIN_AFTER = timedelta(days=30)
# In one run; the others wait for the next. A question takes a while, and three are asked for each.
MOST_IN_A_RUN = 200


def search_for_unknown(
    *, catalogue: Catalogue, scope: Scope, now: datetime, progress: Progress, tally: Tally
) -> int:
    """How many were found. A catalogue that fails ends it; it is no failure of the lists."""
    waiting = ReviewItem.objects.filter(
        Q(searched_at__isnull=True) | Q(searched_at__lt=now - SEARCHED_AGAIN_AFTER),
        settled_at__isnull=True,
        service__in=scope.services,
        genre__in=scope.genres,
    ).order_by("-last_seen_on", "pk")[:MOST_IN_A_RUN]
    items, found = list(waiting), 0
    for item in progress.over(items, len(items), "search"):
        try:
            best = _search(catalogue, item)
        except (ProviderError, SourceError) as error:
            tally.failures.append(f"search for codes: {error}"[:200])
            break
        with unit(tally, f"search for {item.pk}"):
            found += _settle(item, best, now)
    return found


def _search(catalogue: Catalogue, item: ReviewItem) -> Match | None:
    """The first that is it for sure, asked from the strictest to the widest; else what comes closest."""
    best: Match | None = None
    for shape in range(SHAPES):
        results = catalogue.search(item.name, item.artist, shape)
        one = match(
            item.name, item.artist, _recordings(results), names_everyone=item.service in NAMES_EVERYONE
        )
        if one and (best is None or one.score > best.score):
            best = one
        if best and best.is_sure:
            break
    return best


def _recordings(results: Sequence[FoundRecording]) -> list[Recording]:
    return [Recording(one.isrc, one.title, one.artist, names_everyone=True) for one in results]


def _settle(item: ReviewItem, best: Match | None, now: datetime) -> bool:
    item.searched_at = now
    if best is None or not best.is_sure:
        item.save(update_fields=["searched_at"])
        return False
    isrc = best.recording.key
    track, is_new = ChartTrack.objects.get_or_create(
        isrc=isrc,
        defaults={
            **{"name": best.recording.title, "artist": best.recording.artist},
            "origins": {"name": "spotify", "artist": "spotify"},
        },
    )
    if is_new:
        index_words([track])
    ServiceTrack.objects.update_or_create(
        service=item.service,
        service_track_id=item.service_track_id,
        defaults={
            **{"track": track, "url": item.url},
            **{"how": ServiceTrack.How.SEARCH, "score": best.score},
        },
    )
    item.candidate, item.score = track, best.score
    item.save(update_fields=["searched_at", "candidate", "score"])
    lists = RawEdition.objects.filter(service=item.service, entries__service_track_id=item.service_track_id)
    RawEdition.objects.filter(pk__in=lists.values("pk")).update(transformed_at=None)
    return True

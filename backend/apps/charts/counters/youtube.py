"""YouTube's figures: each track's video is searched for once, and asked about every day.

The day's quota is never exceeded. When it is used up, also by YouTube's own response, requests pause until
tomorrow. A key that YouTube rejects ends the run's requests and costs no quota; a video that may not be read
fails alone. Counts that could not be requested are failed.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.db.models import F

from apps.charts.connectors.base import FoundVideo, Videos
from apps.charts.counters.daily_counts import Counting, statuses_on
from apps.charts.genres import MusicService
from apps.charts.matching import Match, match
from apps.charts.matching.candidate_index import recording_of
from apps.charts.models import ChartTrack, ServiceTrack
from apps.charts.parsers.base import SourceError
from apps.charts.parsers.youtube import SEARCH_UNITS, VIDEOS_PER_REQUEST, VIEWS_UNITS
from apps.charts.pipeline.stage_run import StageStats
from apps.charts.pipeline_models import QuotaDay
from apps.counts.models import Status
from apps.counts.services import CountReport
from core.providers.responses import Failure, ProviderError

SERVICE = MusicService.YOUTUBE
# A video that was not there may be there later.
SEARCH_INTERVAL = timedelta(days=30)
EXHAUSTED = "youtube: the quota of the day is used up"
# YouTube's own codes, https://developers.google.com/youtube/v3/docs/errors and Google's API keys.
QUOTA_REASONS = {"quotaExceeded", "dailyLimitExceeded", "dailyLimitExceededUnreg"}
TOO_FAST_REASONS = {"rateLimitExceeded", "userRateLimitExceeded"}
VIDEO_REASONS = {"forbidden", "videoNotFound", "liveStreamingNotEnabled"}

# YouTube's days begin at midnight in California. With days of an hour later in summer, what is asked within
# that hour would be taken from the day before, and the whole quota once more from the day that it belongs to.
YOUTUBE_DAYS = ZoneInfo("America/Los_Angeles")


class Quota:
    """What a day may request of a service, counted in the database for all processes."""

    def __init__(self, service: str, limit: int, *, now: datetime) -> None:
        self._service, self._limit = service, limit
        self._day: date = now.astimezone(YOUTUBE_DAYS).date()

    def take(self, units: int) -> bool:
        """Uses these units, if as many are left; returns whether they were."""
        QuotaDay.objects.get_or_create(service=self._service, day=self._day)
        mine = QuotaDay.objects.filter(service=self._service, day=self._day, used__lte=self._limit - units)
        return bool(mine.update(used=F("used") + units))

    def use_up(self) -> None:
        """The service itself says that there is nothing left."""
        QuotaDay.objects.update_or_create(
            service=self._service, day=self._day, defaults={"used": max(self._limit, self.used())}
        )

    def left(self) -> int:
        return max(0, self._limit - self.used())

    def used(self) -> int:
        day = QuotaDay.objects.filter(service=self._service, day=self._day).first()
        return day.used if day else 0


@dataclass(slots=True)
class _VideoRequests:
    """One run's questions. `has_stopped`: nothing more is asked today."""

    videos: Videos
    quota: Quota
    tally: StageStats
    has_stopped: str = ""
    views: dict[str, int | None] = field(default_factory=dict)
    # Videos without a response of YouTube, and videos that were not requested.
    failed: set[str] = field(default_factory=set)

    def may(self, units: int) -> bool:
        if self.has_stopped:
            return False
        if self.quota.take(units):
            return True
        if EXHAUSTED not in self.tally.failures:
            self.tally.failures.append(EXHAUSTED)
        return False

    def stop(self, why: str) -> None:
        self.has_stopped = why
        self.tally.failures.append(f"youtube: {why}")

    def learn_from(self, error: Exception) -> None:
        """Only a quota that is used up is the day's end; anything else is tried again by the next run."""
        if not isinstance(error, ProviderError):
            self.tally.failures.append(f"youtube: {error}")
        elif error.reasons & QUOTA_REASONS:
            self.quota.use_up()
            self.stop("it says that the quota of the day is used up")
        elif error.failure in {Failure.RESTING, Failure.BUSY} or error.reasons & TOO_FAST_REASONS:
            self.stop(str(error))
        elif is_about_key(error):
            self.stop(f"it does not take YOUTUBE_API_KEY: {error}")
        else:
            self.tally.failures.append(f"youtube: {error}")


def is_about_key(error: ProviderError) -> bool:
    """With 400, 401 or 403: it is wrong, or restricted, or its project may not use this API."""
    is_of_key = any(one.startswith(("API_KEY", "key")) for one in error.reasons)
    return is_of_key or error.status == 401 or (error.status == 403 and not is_about_video(error))


def is_about_video(error: Exception) -> bool:
    """A reason of Google's keys beside it wins: "forbidden" is also the word for those."""
    is_of_project = isinstance(error, ProviderError) and any(one.isupper() for one in error.reasons)
    return isinstance(error, ProviderError) and bool(error.reasons & VIDEO_REASONS) and not is_of_project


def count_reports(counting: Counting, isrcs: Sequence[str], tally: StageStats) -> Iterator[CountReport]:
    """Today's, for tracks that have none of today yet, the most important first."""
    today = counting.now.date()
    counted = {isrc for isrc, status in statuses_on(today, SERVICE, isrcs).items() if status == Status.OK}
    left = [isrc for isrc in isrcs if isrc not in counted]
    if counting.connector.videos is None:
        for isrc in left:
            yield CountReport(isrc, SERVICE, today, counting.now, Status.MISSING)
        return
    quota = Quota(SERVICE, settings.YOUTUBE_DAILY_QUOTA, now=counting.now)
    asking = _VideoRequests(counting.connector.videos, quota, tally)
    known = _videos_of(left)
    _ask_views(asking, list(known.values()))
    found = _search(asking, counting, [isrc for isrc in left if isrc not in known])
    _ask_views(asking, list(found.values()))
    for isrc in left:
        yield _figure(counting, asking, isrc, (known | found).get(isrc, ""))


def _figure(counting: Counting, asking: _VideoRequests, isrc: str, video: str) -> CountReport:
    views = asking.views.get(video)
    today = counting.now.date()
    if views is not None:
        return CountReport(isrc, SERVICE, today, counting.now, view_count=views)
    status = Status.FAILED if video in asking.failed else Status.MISSING
    return CountReport(isrc, SERVICE, today, counting.now, status)


def _videos_of(isrcs: Collection[str]) -> dict[str, str]:
    """The first that was known, by ISRC in the order of `isrcs`."""
    rows = ServiceTrack.objects.filter(service=SERVICE, track__isrc__in=isrcs).order_by("-pk")
    videos = dict(rows.values_list("track__isrc", "service_track_id"))
    return {isrc: videos[isrc] for isrc in isrcs if isrc in videos}


def _ask_views(asking: _VideoRequests, videos: Sequence[str]) -> None:
    for at in range(0, len(videos), VIDEOS_PER_REQUEST):
        _ask_views_together(asking, videos[at : at + VIDEOS_PER_REQUEST])


def _ask_views_together(asking: _VideoRequests, part: Sequence[str]) -> None:
    """Where one of them may not be asked about, each half is asked: the others are to have figures."""
    try:
        views = asking.videos.views(part) if asking.may(VIEWS_UNITS) else None
    except (ProviderError, SourceError) as error:
        if is_about_video(error) and len(part) > 1:
            half = len(part) // 2
            _ask_views_together(asking, part[:half])
            _ask_views_together(asking, part[half:])
            return
        asking.learn_from(error)
        views = None
    if views is None:
        asking.failed.update(part)
        asking.tally.rows_failed += len(part)
        return
    asking.views |= views
    _delete_gone([video for video in part if video not in views])


def _delete_gone(videos: Collection[str]) -> None:
    """So that another is searched for."""
    ServiceTrack.objects.filter(service=SERVICE, service_track_id__in=videos).delete()


# --- Searching ---------------------------------------------------------------------------------------


def _search(asking: _VideoRequests, counting: Counting, isrcs: Sequence[str]) -> dict[str, str]:
    """Videos by ISRC, of tracks that were not searched for lately."""
    tracks = {track.isrc: track for track in ChartTrack.objects.filter(isrc__in=isrcs)}
    lately = counting.now - SEARCH_INTERVAL
    found = {}
    for isrc in isrcs:
        track = tracks.get(isrc)
        if track is None or (track.video_missed_at and track.video_missed_at > lately):
            continue
        if not asking.may(SEARCH_UNITS):
            break
        try:
            results = asking.videos.search(track.name, track.artist)
        except (ProviderError, SourceError) as error:
            asking.learn_from(error)
            continue
        if video := _save_match(track, results, counting):
            found[isrc] = video
    return found


def _save_match(track: ChartTrack, results: Sequence[FoundVideo], counting: Counting) -> str:
    """The video that is it for sure, else ""."""
    best = _best(track, results)
    with transaction.atomic():
        if best is None:
            ChartTrack.objects.filter(pk=track.pk).update(video_missed_at=counting.now)
            return ""
        video, matched = best
        ServiceTrack.objects.update_or_create(
            service=SERVICE,
            service_track_id=video.video_id,
            defaults={
                **{"track": track, "url": video.url},
                **{"how": ServiceTrack.How.SEARCH, "score": matched.score},
            },
        )
    return video.video_id


def _best(track: ChartTrack, results: Sequence[FoundVideo]) -> tuple[FoundVideo, Match] | None:
    """Of equals the one that was found first; none that is another track's, and would be counted twice."""
    among = [recording_of(track)]
    ids = [video.video_id for video in results]
    others = ServiceTrack.objects.filter(service=SERVICE, service_track_id__in=ids).exclude(track=track)
    taken = set(others.values_list("service_track_id", flat=True))
    matched = [
        (video, match(video.title, video.channel, among)) for video in results if video.video_id not in taken
    ]
    sure = [(video, one) for video, one in matched if one and one.is_sure]
    return max(sure, key=lambda pair: pair[1].score, default=None)

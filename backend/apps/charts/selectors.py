"""Reading tracks by their codes, and the state of the pipeline: the last runs, and how old what came is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Max, QuerySet

from apps.charts.genres import GENRES, RANKED, SERVICES, Genre, MusicService
from apps.charts.models import ChartTrack, Edition, RawEdition, RawEntry, StageRun, Status, ViewCount
from apps.charts.run_models import Stage
from apps.tracks.facts import ISRC_PATTERN

UNKNOWN = "missing"


@dataclass(frozen=True, slots=True)
class ListHeader:
    """What stands above a service's list. Only `cover_url` may be empty: where no track of it has one."""

    name: str
    description: str
    cover_url: str
    url: str


@dataclass(frozen=True, slots=True)
class SourceState:
    """What became of the last edition of a source, and when the last good one came."""

    service: str
    genre: str
    status: str
    fetched_at: datetime | None


def newest_counts() -> dict[str, datetime]:
    """When each service's plays or views were counted last; who never was is left out."""
    rows = ViewCount.objects.order_by().values_list("service").annotate(Max("last_updated"))
    return dict(rows)


def latest_stage_runs() -> list[StageRun]:
    """The last one of each stage, in the stages' order."""
    latest = [StageRun.objects.filter(stage=stage).first() for stage in Stage]
    return [record for record in latest if record]


def source_states() -> Sequence[SourceState]:
    good = RawEdition.objects.filter(status=Status.OK).order_by().values_list("genre", "service")
    fetched = {(genre, service): at for genre, service, at in good.annotate(Max("fetched_at"))}
    last = RawEdition.objects.order_by("issued_on").values_list("genre", "service", "status")
    status = {(genre, service): word for genre, service, word in last}
    return [
        SourceState(service, genre, status.get((genre, service), UNKNOWN), fetched.get((genre, service)))
        for service in RANKED
        for genre in Genre
    ]


# --- Tracks ------------------------------------------------------------------------------------------


def track_of(isrc: str) -> ChartTrack | None:
    """None also for what is no ISRC, which may be text that no database takes."""
    return ChartTrack.objects.filter(isrc=isrc).first() if ISRC_PATTERN.fullmatch(isrc) else None


def known_isrcs(isrcs: Collection[str]) -> set[str]:
    """Those that a chart has, or had, a track of."""
    possible = [isrc for isrc in isrcs if ISRC_PATTERN.fullmatch(isrc)]
    return set(ChartTrack.objects.filter(isrc__in=possible).values_list("isrc", flat=True))


# --- Lists -------------------------------------------------------------------------------------------


def is_made_of_samples() -> bool:
    """Whether charts are invented, all of them: the first real list sends every sample away."""
    return bool(newest_editions().values_list("is_sample", flat=True).first())


def newest_editions() -> "QuerySet[Edition]":
    """Of all genres, the newest first."""
    return Edition.objects.filter(published_at__isnull=False).order_by("-issued_on")


def list_headers(genre: str) -> dict[str, ListHeader]:
    """By service, of its last good list. What the service left empty has a value that fits."""
    good = RawEdition.objects.filter(genre=genre, status=Status.OK, service__in=RANKED).order_by("issued_on")
    newest = {edition.service: edition for edition in good.defer("description")}
    editions = RawEdition.objects.filter(pk__in=[edition.pk for edition in newest.values()])
    covers = covers_of([edition.pk for edition in newest.values() if not edition.cover_url])
    return {edition.service: _header(edition, covers) for edition in editions}


def _header(edition: RawEdition, covers: Mapping[int, str]) -> ListHeader:
    service = MusicService(edition.service)
    name = SERVICES[service]
    return ListHeader(
        name=edition.name or f"{GENRES[Genre(edition.genre)]} on {name}",
        description=edition.description.strip() or f"Curated {edition.genre} tracks from {name}",
        cover_url=edition.cover_url or covers.get(edition.pk, ""),
        url=edition.url or address_of_list(service, edition.genre),
    )


def covers_of(editions: Collection[int]) -> dict[int, str]:
    """By list, the cover of its best track that has one."""
    if not editions:
        return {}
    entries = RawEntry.objects.filter(edition__in=editions).order_by("-rank")
    rows = entries.values_list("edition_id", "cover_url", "track__cover_url")
    return {edition: cover for edition, own, track in rows if (cover := own or track)}


def address_of_list(service: MusicService, genre: str) -> str:
    """Its page at the service, as the settings name the list."""
    if service == MusicService.SPOTIFY:
        playlist: str = settings.SPOTIFY_CHARTS.get(genre, "")
        return f"https://open.spotify.com/playlist/{playlist}" if playlist else ""
    named = settings.APPLE_MUSIC_CHARTS if service == MusicService.APPLE_MUSIC else settings.SOUNDCLOUD_CHARTS
    address: str = named.get(genre, "")
    return address

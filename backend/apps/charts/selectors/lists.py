"""A service's own list and its header."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.db.models import Subquery

from apps.charts.genres import GENRES, RANKED, SERVICES, Genre, MusicService
from apps.charts.models import RawEdition, RawEntry, Status
from apps.charts.payloads import ListEntryPayload, ServiceListPayload
from apps.charts.pipeline.list_checks import is_confirmed, shown_list
from core.errors import NotFound


@dataclass(frozen=True, slots=True)
class ListHeader:
    """The header of a service's list. Only `cover_url` may be empty: where no track of it has one."""

    name: str
    description: str
    cover_url: str
    url: str


@dataclass(frozen=True, slots=True)
class ShownList:
    """The last good list, or the one that the last repeats; and the status of the last attempt."""

    edition: RawEdition
    entries: Sequence[RawEntry]
    last_status: str


def shown_entries(genre: str, service: str, day: date | None = None) -> ShownList | None:
    """By rank, with their tracks, of the lists until that day or of all; in one query if the last is good."""
    editions = RawEdition.objects.filter(genre=genre, service=service).order_by("-issued_on")
    if day is not None:
        editions = editions.filter(issued_on__lte=day)
    usable = editions.filter(status__in=[Status.OK, Status.STALE]).values("pk")[:1]
    found = RawEntry.objects.filter(edition__in=usable).select_related("track", "edition").order_by("rank")
    entries = list(found.annotate(last_status=Subquery(editions.values("status")[:1])))
    if entries and entries[0].edition.status == Status.OK:
        return ShownList(entries[0].edition, entries, entries[0].last_status)
    last, good = shown_list(editions)
    if last is None or good is None:
        return None
    return ShownList(good, list(good.entries.select_related("track").order_by("rank")), last.status)


def service_list(genre: str, service: str, day: date | None) -> ServiceListPayload:
    """Of that day, or the newest. Raises NotFound."""
    shown = shown_entries(genre, service, day)
    if shown is None:
        raise NotFound(f"There is no list of {service} for {genre}.")
    good = shown.edition
    return ServiceListPayload(
        genre=genre,
        service=service,
        date=good.issued_on,
        is_sample=good.is_sample,
        status=shown.last_status,
        is_confirmed=is_confirmed(good),
        fetched_at=good.fetched_at,
        name=good.name,
        description=good.description,
        cover_url=good.cover_url or next(filter(None, map(_cover, shown.entries)), ""),
        url=good.url,
        tracks=[_list_entry(entry) for entry in shown.entries],
    )


def _cover(entry: RawEntry) -> str:
    return entry.cover_url or (entry.track.cover_url if entry.track else "")


def _list_entry(entry: RawEntry) -> ListEntryPayload:
    return ListEntryPayload(
        rank=entry.rank,
        isrc=entry.track.isrc if entry.track else None,
        name=entry.name,
        artist=entry.artist,
        album=entry.album,
        cover_url=entry.cover_url,
        url=entry.url,
    )


def list_headers(genre: str) -> dict[str, ListHeader]:
    """By service, of the list that is shown. What the service left empty has a value that fits."""
    lists = RawEdition.objects.filter(genre=genre)
    found = [shown_list(lists.filter(service=service))[1] for service in RANKED]
    shown = [edition for edition in found if edition]
    covers = _covers([edition.pk for edition in shown if not edition.cover_url])
    return {edition.service: _header(edition, covers) for edition in shown}


def _header(edition: RawEdition, covers: Mapping[int, str]) -> ListHeader:
    service = MusicService(edition.service)
    name = SERVICES[service]
    return ListHeader(
        name=edition.name or f"{GENRES[Genre(edition.genre)]} on {name}",
        description=edition.description.strip() or f"Curated {edition.genre} tracks from {name}",
        cover_url=edition.cover_url or covers.get(edition.pk, ""),
        url=edition.url or address_of_list(service, edition.genre),
    )


def _covers(editions: Collection[int]) -> dict[int, str]:
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

"""Asking the services themselves, as far as they are set up: one question for each genre's list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from apps.charts.connectors.base import (
    Catalogue,
    FoundRecording,
    FoundVideo,
    Given,
    NotModified,
    Offer,
    Scope,
    TableOffer,
    Videos,
    ranked_in,
)
from apps.charts.genres import Genre, MusicService
from apps.charts.models import RawEdition, Status
from apps.charts.parsers import apple_music, soundcloud, spotify, youtube
from apps.charts.parsers.base import Address
from core.providers.client import BOUNDS, ProviderClient, ProviderRequest, RequestBounds, RetryPolicy
from core.providers.oauth import AuthorisedClient, Credentials, Tokens
from core.providers.responses import SYSTEM_TIME, TimeSource, Version, Versioned

# Takes the version of the list that is known; returns the response, or None if nothing has changed.
Ask = Callable[[Version], Versioned[bytes] | None]
GRANT_PATH = "/api/token"
MAX_TABLE_BYTES = 64 * 1024 * 1024
# A run may wait: the next one is a day away. Lists of a service are asked for side by side.
PATIENCE = RetryPolicy(longest_wait_seconds=5.0, waits_out_rests=True)


@dataclass(frozen=True, slots=True)
class Source:
    """A service that is set up: by genre, the question for its list."""

    service: MusicService
    lists: Mapping[str, Ask]


class Services:
    """All that are set up here; `Services([])` are none."""

    is_sample = False

    def __init__(
        self,
        sources: Sequence[Source],
        *,
        videos: Videos | None = None,
        catalogue: Catalogue | None = None,
        tables: Sequence[TableOffer] = (),
    ) -> None:
        self._sources = {source.service: source for source in sources}
        self.videos, self.catalogue = videos, catalogue
        self._tables = tables

    def tables(self, *, now: datetime) -> Sequence[TableOffer]:
        del now
        return self._tables

    def offers(self, scope: Scope, *, now: datetime) -> Sequence[Offer]:
        """Today's editions. Never raises SupplyError: each may fail on its own."""
        known = _known_versions()
        return [
            _offer(genre, service, now.date(), ask, known.get((genre, service), Version()))
            for genre, service in ranked_in(scope)
            if (source := self._sources.get(service)) and (ask := source.lists.get(genre))
        ]

    def __bool__(self) -> bool:
        return bool(self._sources or self.videos or self._tables)


def _known_versions() -> Mapping[tuple[str, str], Version]:
    """Of each service's last good lists."""
    good = RawEdition.objects.filter(status=Status.OK, is_sample=False).order_by("issued_on")
    return {
        (genre, service): Version(etag, modified)
        for genre, service, etag, modified in good.values_list("genre", "service", "etag", "last_modified")
    }


def _offer(genre: Genre, service: MusicService, today: date, ask: Ask, known: Version) -> Offer:
    def take() -> Given:
        answer = ask(known)
        if answer is None:
            raise NotModified
        return Given(answer.value, answer.version)

    return Offer(genre, service, today, take)


@dataclass(frozen=True, slots=True)
class Manner:
    """How services are asked: for how long, how hard, by which clock."""

    bounds: RequestBounds = BOUNDS
    patience: RetryPolicy = PATIENCE
    times: TimeSource = SYSTEM_TIME
    # Closes their connections.
    opened: ExitStack = field(default_factory=ExitStack)

    def client(self, name: str, url: str) -> ProviderClient:
        return self.opened.enter_context(
            ProviderClient(name, url, bounds=self.bounds, patience=self.patience, times=self.times)
        )


@contextmanager
def own_services() -> Iterator[Services]:
    """Those that the settings name keys for, for as long as they are asked."""
    manner = Manner(bounds=RequestBounds(seconds=settings.ETL_TIMEOUT_SECONDS))
    with manner.opened:
        yield services_asked(manner)


def services_asked(manner: Manner) -> Services:
    sources: list[Source] = []
    catalogue: Catalogue | None = None
    if settings.SPOTIFY_CLIENT_ID and settings.SPOTIFY_CLIENT_SECRET:
        authorised = _authorised_spotify(manner)
        sources.append(_spotify(authorised))
        catalogue = SpotifyCatalogue(authorised)
    if settings.RAPIDAPI_KEY:
        sources += [_apple_music(manner), _soundcloud(manner)]
    videos = YouTubeVideos(manner) if settings.YOUTUBE_API_KEY else None
    urls = {"spotify-counts": settings.SPOTIFY_PLAY_COUNTS_URL, "audio-features": settings.AUDIO_FEATURES_URL}
    tables = [_table(manner, name, url) for name, url in urls.items() if url]
    return Services(sources, videos=videos, catalogue=catalogue, tables=tables)


# --- Each service's questions ------------------------------------------------------------------------


def _authorised_spotify(manner: Manner) -> AuthorisedClient:
    client = manner.client("spotify", settings.SPOTIFY_API_URL)
    accounts = manner.client("spotify-accounts", settings.SPOTIFY_ACCOUNTS_URL)
    credentials = Credentials(settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET)
    return AuthorisedClient(client, Tokens(accounts, credentials, path=GRANT_PATH, times=manner.times))


def _spotify(authorised: AuthorisedClient) -> Source:
    def asking(address: Address) -> Ask:
        return lambda known: authorised.get_if_changed(address.path, dict(address.params), bytes, known)

    lists = settings.SPOTIFY_CHARTS.items()
    return Source(MusicService.SPOTIFY, {genre: asking(spotify.address_of_list(one)) for genre, one in lists})


def _apple_music(manner: Manner) -> Source:
    asking = _rapidapi(manner, "apple-music", settings.APPLE_MUSIC_API_URL)
    lists = settings.APPLE_MUSIC_CHARTS.items()
    return Source(
        MusicService.APPLE_MUSIC, {genre: asking(apple_music.address_of_list(one)) for genre, one in lists}
    )


def _soundcloud(manner: Manner) -> Source:
    asking = _rapidapi(manner, "soundcloud", settings.SOUNDCLOUD_API_URL)
    lists = settings.SOUNDCLOUD_CHARTS.items()
    return Source(
        MusicService.SOUNDCLOUD, {genre: asking(soundcloud.address_of_list(one)) for genre, one in lists}
    )


def _rapidapi(manner: Manner, name: str, url: str) -> Callable[[Address], Ask]:
    client = manner.client(name, url)
    headers = {"X-RapidAPI-Key": settings.RAPIDAPI_KEY, "X-RapidAPI-Host": urlsplit(url).hostname or ""}

    def asking(address: Address) -> Ask:
        question = ProviderRequest("GET", address.path, params=address.params, headers=headers)
        return lambda known: client.ask_if_changed(question, bytes, known)

    return asking


# --- What else is asked ------------------------------------------------------------------------------


class SpotifyCatalogue:
    """Its search, for the codes of recordings."""

    def __init__(self, authorised: AuthorisedClient) -> None:
        self._authorised = authorised

    def search(self, title: str, artist: str, shape: int) -> Sequence[FoundRecording]:
        address = spotify.address_of_search(title, artist, shape)
        return spotify.read_search(self._authorised.get(address.path, dict(address.params), bytes))


class YouTubeVideos:
    """The Data API, with a key."""

    def __init__(self, manner: Manner) -> None:
        self._client = manner.client("youtube", settings.YOUTUBE_API_URL)

    def views(self, video_ids: Sequence[str]) -> Mapping[str, int | None]:
        return youtube.read_views(self._ask(youtube.address_of_views(video_ids)))

    def search(self, title: str, artist: str) -> Sequence[FoundVideo]:
        return youtube.read_search(self._ask(youtube.address_of_search(title, artist)))

    def _ask(self, address: Address) -> bytes:
        params = {**address.params, "key": settings.YOUTUBE_API_KEY}
        return self._client.ask(ProviderRequest("GET", address.path, params=params), bytes)


def _table(manner: Manner, name: str, url: str) -> TableOffer:
    """A file somewhere, asked for only when it has changed."""
    parts = urlsplit(url)
    bounds = replace(manner.bounds, max_bytes=MAX_TABLE_BYTES)
    client = replace(manner, bounds=bounds).client(name, f"{parts.scheme}://{parts.netloc}")
    question = ProviderRequest("GET", parts.path or "/", params=dict(parse_qsl(parts.query)))

    def take(known: Version) -> Given:
        answer = client.ask_if_changed(question, bytes, known)
        if answer is None:
            raise NotModified
        return Given(answer.value, answer.version)

    return TableOffer(name, take)

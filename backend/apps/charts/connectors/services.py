"""The connector of the configured music services: one request for each genre's list."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings

from apps.charts.connectors.base import (
    AvailableEdition,
    AvailableTable,
    Catalogue,
    FoundRecording,
    FoundVideo,
    NotModified,
    RawResponse,
    Scope,
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
FetchList = Callable[[Version], Versioned[bytes] | None]
GRANT_PATH = "/api/token"
MAX_TABLE_BYTES = 64 * 1024 * 1024
# A run may wait, because the next run is a day later. A service's lists are requested concurrently.
PATIENCE = RetryPolicy(longest_wait_seconds=5.0, waits_for_cooldown=True)


@dataclass(frozen=True, slots=True)
class ConfiguredService:
    """A configured service, with a function by genre that requests its list."""

    service: MusicService
    lists: Mapping[str, FetchList]


class ServicesConnector:
    """The configured services; false in a condition if there are none."""

    is_sample = False

    def __init__(
        self,
        sources: Sequence[ConfiguredService],
        *,
        videos: Videos | None = None,
        catalogue: Catalogue | None = None,
        tables: Sequence[AvailableTable] = (),
    ) -> None:
        self._sources = {source.service: source for source in sources}
        self.videos, self.catalogue = videos, catalogue
        self._tables = tables

    def tables(self, *, now: datetime) -> Sequence[AvailableTable]:
        del now
        return self._tables

    def editions(self, scope: Scope, *, now: datetime) -> Sequence[AvailableEdition]:
        """Today's editions. Does not raise ConnectorError: each edition fails on its own."""
        known = _known_versions()
        return [
            _available(genre, service, now.date(), ask, known.get((genre, service), Version()))
            for genre, service in ranked_in(scope)
            if (source := self._sources.get(service)) and (ask := source.lists.get(genre))
        ]

    def __bool__(self) -> bool:
        return bool(self._sources or self.videos or self._tables)


def _known_versions() -> Mapping[tuple[str, str], Version]:
    """By genre and service, the version of the last good list."""
    good = RawEdition.objects.filter(status=Status.OK, is_sample=False).order_by("issued_on")
    return {
        (genre, service): Version(etag, modified)
        for genre, service, etag, modified in good.values_list("genre", "service", "etag", "last_modified")
    }


def _available(
    genre: Genre, service: MusicService, today: date, ask: FetchList, known: Version
) -> AvailableEdition:
    def fetch() -> RawResponse:
        response = ask(known)
        if response is None:
            raise NotModified
        return RawResponse(response.value, response.version)

    return AvailableEdition(genre, service, today, fetch)


@dataclass(frozen=True, slots=True)
class RequestOptions:
    """Bounds, retries and clock of requests to services."""

    bounds: RequestBounds = BOUNDS
    patience: RetryPolicy = PATIENCE
    times: TimeSource = SYSTEM_TIME
    # Closes the connections.
    opened: ExitStack = field(default_factory=ExitStack)

    def client(self, name: str, url: str) -> ProviderClient:
        return self.opened.enter_context(
            ProviderClient(name, url, bounds=self.bounds, patience=self.patience, times=self.times)
        )


@contextmanager
def configured_services() -> Iterator[ServicesConnector]:
    """The services with credentials in the settings; their connections are closed at the end."""
    options = RequestOptions(bounds=RequestBounds(seconds=settings.ETL_TIMEOUT_SECONDS))
    with options.opened:
        yield services_connector(options)


def services_connector(options: RequestOptions) -> ServicesConnector:
    sources: list[ConfiguredService] = []
    catalogue: Catalogue | None = None
    if settings.SPOTIFY_CLIENT_ID and settings.SPOTIFY_CLIENT_SECRET:
        authorised = _authorised_spotify(options)
        sources.append(_spotify(authorised))
        catalogue = SpotifyCatalogue(authorised)
    if settings.RAPIDAPI_KEY:
        sources += [_apple_music(options), _soundcloud(options)]
    videos = YouTubeVideos(options) if settings.YOUTUBE_API_KEY else None
    urls = {"spotify-counts": settings.SPOTIFY_PLAY_COUNTS_URL, "audio-features": settings.AUDIO_FEATURES_URL}
    tables = [_table(options, name, url) for name, url in urls.items() if url]
    return ServicesConnector(sources, videos=videos, catalogue=catalogue, tables=tables)


# --- Requests for lists ------------------------------------------------------------------------------


def _authorised_spotify(options: RequestOptions) -> AuthorisedClient:
    client = options.client("spotify", settings.SPOTIFY_API_URL)
    accounts = options.client("spotify-accounts", settings.SPOTIFY_ACCOUNTS_URL)
    credentials = Credentials(settings.SPOTIFY_CLIENT_ID, settings.SPOTIFY_CLIENT_SECRET)
    return AuthorisedClient(client, Tokens(accounts, credentials, path=GRANT_PATH, times=options.times))


def _spotify(authorised: AuthorisedClient) -> ConfiguredService:
    def asking(address: Address) -> FetchList:
        return lambda known: authorised.get_if_changed(address.path, dict(address.params), bytes, known)

    lists = settings.SPOTIFY_CHARTS.items()
    return ConfiguredService(
        MusicService.SPOTIFY, {genre: asking(spotify.address_of_list(one)) for genre, one in lists}
    )


def _apple_music(options: RequestOptions) -> ConfiguredService:
    asking = _rapidapi(options, "apple-music", settings.APPLE_MUSIC_API_URL)
    lists = settings.APPLE_MUSIC_CHARTS.items()
    return ConfiguredService(
        MusicService.APPLE_MUSIC, {genre: asking(apple_music.address_of_list(one)) for genre, one in lists}
    )


def _soundcloud(options: RequestOptions) -> ConfiguredService:
    asking = _rapidapi(options, "soundcloud", settings.SOUNDCLOUD_API_URL)
    lists = settings.SOUNDCLOUD_CHARTS.items()
    return ConfiguredService(
        MusicService.SOUNDCLOUD, {genre: asking(soundcloud.address_of_list(one)) for genre, one in lists}
    )


def _rapidapi(options: RequestOptions, name: str, url: str) -> Callable[[Address], FetchList]:
    client = options.client(name, url)
    headers = {"X-RapidAPI-Key": settings.RAPIDAPI_KEY, "X-RapidAPI-Host": urlsplit(url).hostname or ""}

    def asking(address: Address) -> FetchList:
        request = ProviderRequest("GET", address.path, params=address.params, headers=headers)
        return lambda known: client.request_if_changed(request, bytes, known)

    return asking


# --- Other requests ----------------------------------------------------------------------------------


class SpotifyCatalogue:
    """Spotify's search, which finds ISRCs."""

    def __init__(self, authorised: AuthorisedClient) -> None:
        self._authorised = authorised

    def search(self, title: str, artist: str, shape: int) -> Sequence[FoundRecording]:
        address = spotify.address_of_search(title, artist, shape)
        return spotify.read_search(self._authorised.get(address.path, dict(address.params), bytes))


class YouTubeVideos:
    """YouTube's Data API, with an API key."""

    def __init__(self, options: RequestOptions) -> None:
        self._client = options.client("youtube", settings.YOUTUBE_API_URL)

    def views(self, video_ids: Sequence[str]) -> Mapping[str, int | None]:
        return youtube.read_views(self._ask(youtube.address_of_views(video_ids)))

    def search(self, title: str, artist: str) -> Sequence[FoundVideo]:
        return youtube.read_search(self._ask(youtube.address_of_search(title, artist)))

    def _ask(self, address: Address) -> bytes:
        params = {**address.params, "key": settings.YOUTUBE_API_KEY}
        return self._client.ask(ProviderRequest("GET", address.path, params=params), bytes)


def _table(options: RequestOptions, name: str, url: str) -> AvailableTable:
    """A table at a URL, fetched only if it has changed."""
    parts = urlsplit(url)
    bounds = replace(options.bounds, max_bytes=MAX_TABLE_BYTES)
    client = replace(options, bounds=bounds).client(name, f"{parts.scheme}://{parts.netloc}")
    request = ProviderRequest("GET", parts.path or "/", params=dict(parse_qsl(parts.query)))

    def fetch(known: Version) -> RawResponse:
        response = client.request_if_changed(request, bytes, known)
        if response is None:
            raise NotModified
        return RawResponse(response.value, response.version)

    return AvailableTable(name, fetch)

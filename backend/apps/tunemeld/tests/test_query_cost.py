"""What a chart costs by GraphQL: as many queries however long it is, and of memory no more than is fixed.

And what a request may cost at most, in processor time.
"""

import time
from datetime import timedelta
from itertools import count
from typing import Any

import msgspec
import pytest
from django.core.cache import cache
from django.utils import timezone
from graphql import get_introspection_query

from apps.charts.counters.csv_tables import FEATURE_NAMES
from apps.charts.genres import MusicService
from apps.charts.models import (
    ChartTrack,
    Edition,
    EditionEntry,
    RawEdition,
    RawEntry,
    ServiceTrack,
    Status,
    TrackFeatures,
)
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.counts import cache as count_cache
from apps.counts.models import CountedService, HistoricalViewCount, ViewCount
from apps.tunemeld import execution
from apps.tunemeld.execution import Context, GraphqlOperation, encoded_response
from apps.tunemeld.query_cost import MAX_OPERATIONS, MAX_SELECTIONS
from apps.tunemeld.tracks import MAX_ARGUMENT
from core.identity import Caller
from core.process_tuning import with_large_stack_chunk

MOST_QUERIES = 6
EVERYTHING = """{
    playlist(genre: "pop", service: "%s") { updatedAt tracks {
        isrc trackName fullArtistName tunemeldRank spotifyRank spotifyUrl youtubeSource { url }
        totalCurrentPlayCount totalWeeklyChangePercentage viewCountDataJson buttonLabels { title }
    } }
}"""
CHART, LIST = EVERYTHING % "tunemeld", EVERYTHING % "spotify"
SIMILAR = (
    '{ playlist(genre: "pop", service: "tunemeld") { tracks {'
    " similarTracks(limit: 3) { isrc spotifyUrl } } } }"
)


def ask(query: str, operation: str | None = None, **variables: Any) -> bytes:
    return encoded_response(
        GraphqlOperation(query, variables, operation), Context(Caller(key="test", address="127.0.0.1"), "")
    )


def tracks_of(query: str) -> list[dict[str, Any]]:
    body = msgspec.json.decode(ask(query))
    assert body.keys() == {"data", "extensions"}, body
    tracks: list[dict[str, Any]] = body["data"]["playlist"]["tracks"]
    return tracks


def fill(folder: Folder, run: Run, length: int) -> None:
    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-03-05", *range(1, length + 1))
    run()
    cache.clear()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("length", [3, 40])
def test_the_number_of_queries_of_a_chart_is_constant(
    run: Run, folder: Folder, django_assert_max_num_queries, length: int, monkeypatch
):
    # A new state is looked for once what other processes dropped; that is no chart's cost.
    monkeypatch.setattr(count_cache, "_poll", lambda followed: None)
    for query in (CHART, LIST, SIMILAR):
        fill(folder, run, length)
        with django_assert_max_num_queries(MOST_QUERIES):
            assert len(tracks_of(query)) == length


@pytest.mark.django_db
def test_long_documents_are_not_cached():
    parsed: Any = execution._cached_parse
    short = "{ defaultGenre } #" + "x" * execution.MAX_CACHED_LENGTH
    before = parsed.cache_info().currsize

    ask(short)
    ask(short[: execution.MAX_CACHED_LENGTH + 1])
    ask("{" + "genres{id}" * 990 + "}")

    assert parsed.cache_info().currsize == before
    ask(short[: execution.MAX_CACHED_LENGTH])
    assert parsed.cache_info().currsize <= execution.MAX_CACHED_DOCUMENTS
    assert ask(short[: execution.MAX_CACHED_LENGTH]) == ask(short)


# --- Processor time ----------------------------------------------------------------------------------

# The processor time of one request, in that of CHEAP: an idle core takes about half a millisecond for that
# one, so 50 ms at most; the most expensive come to 40 to 70 times. As a ratio it holds on slower or busy
# machines, too: 47 ms and 1.3 ms on 2026-11-23 on a core beside which 18 other processes wanted to run, where
# `for _ in range(10_000_000): pass` takes 0.34 s.
MOST_TIMES = 100
CHEAP = "{ defaultGenre @@ }"
ISRCS = [f"ZZTUT{number:07}" for number in range(100)]
# Every field of a chart's tracks, as a client of TuneMeld's asks for them.
TRACK = """id isrc trackName artistName fullTrackName fullArtistName albumName albumCoverUrl updatedAt
    tunemeldRank aggregateRank aggregateScore spotifyRank appleMusicRank soundcloudRank
    spotifyUrl appleMusicUrl soundcloudUrl youtubeUrl totalCurrentPlayCount totalWeeklyChangePercentage
    spotifyCurrentPlayCount youtubeCurrentPlayCount"""
SOURCE = "{ name displayName url iconUrl }"
SOURCES = ["spotify", "appleMusic", "soundcloud", "youtube"]
LONG = "\u1234" * MAX_ARGUMENT
DETAIL = f'trackDetailUrl(genre: "{LONG}", rank: "{LONG}", player: "{LONG}")'
POP = 'playlist(genre: "pop", service: "tunemeld") { tracks { %s } }'


DEAREST = {
    "a whole chart": POP
    % (
        f"{TRACK} {DETAIL} buttonLabels {{ buttonType context title ariaLabel }}"
        + " ".join(f"{service}Source {SOURCE}" for service in SOURCES)
    ),
    "histories": POP % f"{TRACK} viewCountDataJson",
    "similar tracks of each": POP % f"similarTracks(limit: 1) {{ {TRACK} }}",
    "the same field as often as it may be": "ranks { name } " * 22,
    "as many selections as there may be": " ".join(f"x{number}" for number in range(MAX_SELECTIONS - 1)),
}
# As often as it is admitted, which is once less than too often.
REPEATED = {
    "charts": (4, f"a@: {POP % 'id'}"),
    "charts with counts": (2, f"a@: {POP % 'spotifyCurrentPlayCount'}"),
    "lists without their tracks": (4, 'a@: playlist(genre: "pop", service: "spotify") { genreName }'),
    "descriptions": (6, 'a@: playlistsByGenre(genre: "pop") { playlistName }'),
    "tracks": (19, 'a@: trackByIsrc(isrc: "ZZTUT00000@") { ...T }'),
    "similar tracks": (3, 'a@: trackByIsrc(isrc: "ZZTUT00000@") { similarTracks(limit: 50) { ...T } }'),
    "counts": (3, "a@: tracksPlayCounts(isrcs: $isrcs) { isrc }"),
}
SEVERAL = "fragment T on TrackType { aggregateRank spotifyUrl spotifyCurrentPlayCount }"


def repeated(name: str, times: int) -> str:
    text = " ".join(REPEATED[name][1].replace("@", f"{number}") for number in range(10, 10 + times))
    variables = "query($isrcs: [String!]!) " * ("$isrcs" in text)
    return f"{variables}{{ {text} @@ }}" + SEVERAL * ("...T" in text)


def many_operations() -> str:
    """Variables of a fragment are checked with each operation that spreads it."""
    others = " ".join(f"query Q{number}($isrc: String!) {{ ...T }}" for number in range(MAX_OPERATIONS - 1))
    fragment = f"fragment T on Query {{ tracksPlayCounts(isrcs: [{'$isrc ' * 200}]) {{ isrc }} }}"
    return f'query Q($isrc: String = "x") {{ ...T @@ }} {others} {fragment}'


@pytest.fixture
def whole_chart(transactional_db: None) -> None:
    """100 tracks at four services, which were counted on 30 days; and how these and 400 others sound."""
    now = timezone.now()
    tracks = ChartTrack.objects.bulk_create(
        ChartTrack(isrc=f"ZZTUT{number:07}", name=f"Track {number} of a list", artist=f"Artist {number}")
        for number in range(500)
    )
    TrackFeatures.objects.bulk_create(
        TrackFeatures(isrc=track.isrc, **dict.fromkeys(FEATURE_NAMES, 0.5), is_sample=False)
        for track in tracks
    )
    del tracks[100:]
    edition = Edition.objects.create(genre="pop", issued_on=now.date(), published_at=now)
    ranks = {"spotify": 1, "apple_music": 2, "soundcloud": 3}
    for service in ranks:
        given = RawEdition.objects.create(
            genre="pop", service=service, issued_on=now.date(), status=Status.OK, fetched_at=now, tried_at=now
        )
        RawEntry.objects.bulk_create(
            RawEntry(edition=given, rank=number, name=track.name, artist=track.artist, track=track)
            for number, track in enumerate(tracks, 1)
        )
    EditionEntry.objects.bulk_create(
        EditionEntry(edition=edition, rank=number, track=track, points=number, ranks=ranks)
        for number, track in enumerate(tracks, 1)
    )
    ServiceTrack.objects.bulk_create(
        ServiceTrack(
            service=service, service_track_id=track.isrc, track=track, url=f"https://x.example/{track}"
        )
        for service in MusicService.values
        for track in tracks
    )
    counted = [(track.isrc, service) for track in tracks for service in CountedService.values]
    HistoricalViewCount.objects.bulk_create(
        HistoricalViewCount(
            isrc=isrc,
            service=service,
            recorded_date=now.date() - timedelta(days=day),
            view_count=3000 - day,
            delta_count=1,
            delta_days=1,
            counted_at=now,
        )
        for isrc, service in counted
        for day in range(30)
    )
    ViewCount.objects.bulk_create(
        ViewCount(isrc=isrc, service=service, view_count=3000, last_updated=now) for isrc, service in counted
    )
    count_cache.catch_up()


@with_large_stack_chunk
def seconds(query: str, number: int) -> float:
    """Of the processor, for a document that no cache has seen."""
    began = time.thread_time()
    name = "Q" if query.startswith("query Q") else None
    body = ask(query.replace("@@", f"n{number}: __typename"), name, isrcs=ISRCS)
    took = time.thread_time() - began
    assert b"QUERY_TOO_LARGE" not in body, body
    return took


def test_the_most_expensive_allowed_documents_take_no_longer_than_100_cheap_ones(whole_chart):
    documents = {name: f"{{ {text} @@ }}" for name, text in DEAREST.items()}
    documents |= {name: repeated(name, times) for name, (times, _) in REPEATED.items()}
    documents["the schema"] = get_introspection_query().replace("__schema {", "@@ __schema {", 1)
    documents["operations"] = many_operations()
    fastest, numbers = dict.fromkeys([*documents, CHEAP], 1e9), count()

    # Each several times and in turns: what else the machine does hits all of them.
    for _ in range(5):
        for name, text in documents.items():
            fastest[name] = min(fastest[name], seconds(text, next(numbers)))
            fastest[CHEAP] = min(fastest[CHEAP], *(seconds(CHEAP, next(numbers)) for _ in range(3)))

    cheap = fastest.pop(CHEAP)
    times = {name: round(took / cheap) for name, took in fastest.items()}
    assert max(times.values()) <= MOST_TIMES, times
    for name, (admitted, _) in REPEATED.items():
        assert b"QUERY_TOO_LARGE" in ask(repeated(name, admitted + 1).replace("@@", "b: id"), isrcs=ISRCS), (
            name
        )

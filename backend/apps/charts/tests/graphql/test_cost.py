"""What a chart costs by GraphQL: as many queries however long it is, and of memory no more than is fixed."""

from typing import Any

import msgspec
import pytest
from django.core.cache import cache
from strawberry.extensions.parser_cache import _get_parse_cache

from apps.charts.graphql import running
from apps.charts.graphql.answers import answered, answers
from apps.charts.graphql.running import Context, Question
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from apps.charts.view_counts import changes
from core.identity import Caller

MOST_QUERIES = 6
EVERYTHING = """{
    playlist(genre: "pop", service: "%s") { updatedAt tracks {
        isrc trackName fullArtistName tunemeldRank spotifyRank spotifyUrl youtubeSource { url }
        totalCurrentPlayCount totalWeeklyChangePercentage viewCountDataJson buttonLabels { title }
    } }
}"""
CHART, LIST = EVERYTHING % "tunemeld", EVERYTHING % "spotify"
SIMILAR = '{ playlist(genre: "pop", service: "tunemeld") { tracks { similarTracks { isrc spotifyUrl } } } }'


def ask(query: str) -> bytes:
    return answered(Question(query, {}, None), Context(Caller(key="test", address="127.0.0.1")))


def tracks_of(query: str) -> list[dict[str, Any]]:
    body = msgspec.json.decode(ask(query))
    assert body.keys() == {"data"}, body
    tracks: list[dict[str, Any]] = body["data"]["playlist"]["tracks"]
    return tracks


def fill(folder: Folder, run: Run, length: int) -> None:
    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-03-05", *range(1, length + 1))
    run()
    cache.clear()
    answers.clear()
    # Whoever asks first in a second looks for what other processes dropped; that is no chart's cost.
    changes.catch_up()


@pytest.mark.django_db
@pytest.mark.parametrize("length", [3, 40])
@pytest.mark.parametrize("query", [CHART, LIST, SIMILAR], ids=["chart", "list", "similar"])
def test_a_chart_costs_the_same_queries_however_long_it_is(
    run: Run, folder: Folder, django_assert_max_num_queries, query: str, length: int
):
    fill(folder, run, length)

    with django_assert_max_num_queries(MOST_QUERIES):
        assert len(tracks_of(query)) == length


@pytest.mark.django_db
def test_long_documents_are_not_remembered():
    parsed: Any = _get_parse_cache(running.REMEMBERED)
    short = "{ defaultGenre } #" + "x" * running.LONGEST_REMEMBERED
    before = parsed.cache_info().currsize

    ask(short)
    ask(short[: running.LONGEST_REMEMBERED + 1])
    ask("{" + "genres{id}" * 990 + "}")

    assert parsed.cache_info().currsize == before
    ask(short[: running.LONGEST_REMEMBERED])
    assert parsed.cache_info().currsize <= running.REMEMBERED
    assert ask(short[: running.LONGEST_REMEMBERED]) == ask(short)

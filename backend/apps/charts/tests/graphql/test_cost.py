"""What a chart costs by GraphQL: as many queries however long it is."""

from typing import Any

import pytest
from django.core.cache import cache

from apps.charts.graphql.running import Context, Question, answer
from apps.charts.tests.bodies import Folder
from apps.charts.tests.conftest import Run
from core.identity import Caller

MOST_QUERIES = 6
EVERYTHING = """{
    playlist(genre: "pop", service: "tunemeld") { updatedAt tracks {
        isrc trackName fullArtistName tunemeldRank spotifyRank spotifyUrl youtubeSource { url }
        totalCurrentPlayCount totalWeeklyChangePercentage viewCountDataJson buttonLabels { title }
    } }
}"""
SIMILAR = '{ playlist(genre: "pop", service: "tunemeld") { tracks { similarTracks { isrc spotifyUrl } } } }'


def tracks_of(query: str) -> list[dict[str, Any]]:
    body = answer(Question(query, {}, None), Context(Caller(key="test", address="127.0.0.1")))
    assert body.keys() == {"data"}, body
    tracks: list[dict[str, Any]] = body["data"]["playlist"]["tracks"]
    return tracks


def fill(folder: Folder, run: Run, length: int) -> None:
    for service in ("spotify", "soundcloud"):
        folder.list(service, "2025-03-05", *range(1, length + 1))
    run()
    cache.clear()


@pytest.mark.django_db
@pytest.mark.parametrize("length", [3, 40])
@pytest.mark.parametrize("query", [EVERYTHING, SIMILAR], ids=["everything", "similar"])
def test_a_chart_costs_the_same_queries_however_long_it_is(
    run: Run, folder: Folder, django_assert_max_num_queries, query: str, length: int
):
    fill(folder, run, length)

    with django_assert_max_num_queries(MOST_QUERIES):
        assert len(tracks_of(query)) == length

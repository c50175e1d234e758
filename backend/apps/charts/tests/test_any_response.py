"""From any response of a service, a reader makes a list, or reports why there is none."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.charts.connectors.samples import sample_body
from apps.charts.genres import Genre
from apps.charts.parsers import apple_music, spotify, youtube
from apps.charts.parsers.base import MAX_COUNT, MAX_RANK, Row, SourceError
from apps.charts.pipeline.extract import READERS
from apps.charts.tests import bodies
from apps.charts.tests.bodies import chosen

RankedTrack = tuple[Any, ...]
HUGE = 10**20
ODD_VALUES: list[Any] = [
    None,
    True,
    0,
    -1,
    HUGE,
    2**40,
    1.5,
    "",
    "x",
    "-1",
    str(HUGE),
    [],
    [None],
    {},
    {"": None},
]
SONG = {"id": "1", "attributes": {"name": "N", "artistName": "A", "durationInMillis": 1000}}
SAVED = {"name": "N", "artists": ["A"], "list_position": 1, "song_id": "x", "duration": 200}
FOUND = {"tracks": {"items": [json.loads(bodies.spotify(chosen(1)))["items"][0]["track"]]}}
VIDEO = {"id": {"videoId": "v"}, "snippet": {"title": "T", "channelTitle": "C"}}
VIEWED = {"id": "v", "statistics": {"viewCount": "7"}}
GOOD: list[tuple[Callable[[bytes], Any], Any]] = [
    *((READERS[service], json.loads(sample_body(Genre.POP, service, 0))) for service in READERS),
    *((READERS[service], json.loads(bodies.WRITERS[service](chosen(1, 2)))) for service in READERS),
    (spotify.read, [SAVED]),
    (apple_music.read, [SONG]),
    (apple_music.read, {"data": [SONG]}),
    (apple_music.read, {"results": {"songs": [{"data": [SONG]}]}}),
    (spotify.read_search, FOUND),
    (youtube.read_search, {"items": [VIDEO]}),
    (youtube.read_views, {"items": [VIEWED]}),
]


def places(value: Any, at: RankedTrack = ()) -> Iterator[RankedTrack]:
    yield at
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, one in inside:
        yield from places(one, (*at, name))


def with_another(value: Any, place: RankedTrack, other: Any) -> Any:
    if not place:
        return other
    changed = dict(value) if isinstance(value, dict) else list(value)
    changed[place[0]] = with_another(changed[place[0]], place[1:], other)
    return changed


def check_rows(rows: tuple[Row, ...]) -> None:
    assert rows
    for row in rows:
        assert 1 <= row.rank <= MAX_RANK
        assert row.name
        assert row.artist
        assert row.play_count is None or 0 <= row.play_count <= MAX_COUNT


@given(st.data())
def test_a_response_with_any_value_anywhere_is_read_or_rejected(data: st.DataObject):
    read, response = data.draw(st.sampled_from(GOOD))
    place = data.draw(st.sampled_from(list(places(response))))
    changed = with_another(response, place, data.draw(st.sampled_from(ODD_VALUES)))
    try:
        result = read(json.dumps(changed).encode())
    except SourceError:
        return
    if hasattr(result, "rows"):
        check_rows(result.rows)


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (apple_music.read, b'{"results": null}'),
        (apple_music.read, b'{"results": []}'),
        (apple_music.read, b'{"results": {"songs": [{"data": null}]}}'),
        (apple_music.read, b'{"album_details": {"99999999999999999999": {"name": "N", "artist": "A"}}}'),
        (apple_music.read, b'{"album_details": {"-1": {"name": "N", "artist": "A"}}}'),
        (spotify.read, bodies.spotify(chosen(1), offset=-5)),
        (spotify.read, bodies.spotify(chosen(1), offset=2**62)),
    ],
)
def test_invalid_lists_and_positions_beyond_any_list_are_rejected(read: Callable[[bytes], Any], body: bytes):
    with pytest.raises(SourceError):
        read(body)

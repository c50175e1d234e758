"""However long an answer is, no more than a piece of it is in memory."""

import json
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from core.long_answers import MAX_BYTES_IN_MEMORY, json_answer, json_pieces
from core.rendering import json_bytes

VALUES = st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()))


@given(plain=st.dictionaries(st.text(), VALUES), lists=st.dictionaries(st.text(), st.lists(VALUES)))
def test_the_pieces_are_the_whole(plain: dict[str, Any], lists: dict[str, list[Any]]):
    later = {name: iter(elements) for name, elements in lists.items()}
    assert b"".join(json_pieces({**plain, **later})) == json_bytes({**plain, **lists})


def answered(rows: int) -> tuple[type, int, int]:
    """The kind of the answer, its length, and how much memory it took at once to make and to take it."""

    def made() -> Iterator[dict[str, Any]]:
        return ({"id": number, "text": "x" * 1000} for number in range(rows))

    tracemalloc.start()
    try:
        answer = json_answer(RequestFactory().get("/"), {"rows": made()})
        length = sum(len(piece) for piece in answer)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return type(answer), length, peak


def test_ten_times_as_long_takes_no_more_memory(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    answered(2)
    kind, length, peak = answered(1000)
    long_kind, long_length, long_peak = answered(10_000)
    assert (kind, long_kind) == (StreamingHttpResponse, StreamingHttpResponse)
    assert long_length > 9 * length > 9 * MAX_BYTES_IN_MEMORY
    assert long_peak < 2 * peak
    assert list(tmp_path.iterdir()) == []


def test_a_short_one_is_sent_at_once():
    answer = json_answer(RequestFactory().get("/"), {"rows": iter([{"id": 1}])})
    assert isinstance(answer, HttpResponse)
    assert json.loads(answer.content) == {"rows": [{"id": 1}]}


def test_what_fails_on_the_way_leaves_nothing(settings, tmp_path):
    settings.DATA_DIR = tmp_path

    def broken() -> Iterator[str]:
        yield "x" * 2 * MAX_BYTES_IN_MEMORY
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        json_answer(RequestFactory().get("/"), {"rows": broken()})
    assert list(tmp_path.iterdir()) == []

"""However long a response is, no more than a piece of it is in memory; parts of a list make up the whole."""

import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import StreamingHttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from core.json_codec import MAX_BYTES_IN_MEMORY, json_bytes, json_pieces, json_response
from core.pagination import list_response
from core.tests.notes import Note

VALUES = st.one_of(st.none(), st.integers(), st.text(), st.lists(st.integers()))


@given(plain=st.dictionaries(st.text(), VALUES), lists=st.dictionaries(st.text(), st.lists(VALUES)))
def test_a_streamed_response_equals_the_complete_one(plain: dict[str, Any], lists: dict[str, list[Any]]):
    later = {name: iter(elements) for name, elements in lists.items()}
    assert b"".join(json_pieces({**plain, **later})) == json_bytes({**plain, **lists})


def answered(rows: int) -> tuple[type, int, int]:
    """The kind of the response, its length, and how much memory it took at once to make and to take it."""

    def made() -> Iterator[dict[str, Any]]:
        return ({"id": number, "text": "x" * 1000} for number in range(rows))

    tracemalloc.start()
    try:
        response = json_response(RequestFactory().get("/"), {"rows": made()})
        length = sum(len(piece) for piece in response)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    return type(response), length, peak


def test_memory_does_not_grow_with_the_length(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    answered(2)
    kind, length, peak = answered(1000)
    long_kind, long_length, long_peak = answered(10_000)
    assert (kind, long_kind) == (StreamingHttpResponse, StreamingHttpResponse)
    assert long_length > 9 * length > 9 * MAX_BYTES_IN_MEMORY
    assert long_peak < 2 * peak
    assert list(tmp_path.iterdir()) == []


def test_a_failed_stream_leaves_no_resources(settings, tmp_path):
    settings.DATA_DIR = tmp_path

    def broken() -> Iterator[str]:
        yield "x" * 2 * MAX_BYTES_IN_MEMORY
        raise ValueError("no more")

    with pytest.raises(ValueError, match="no more"):
        json_response(RequestFactory().get("/"), {"rows": broken()})
    assert list(tmp_path.iterdir()) == []


# --- Lists whose length the database counts ----------------------------------------------------------


def listed(query: str, rows: Any) -> Response:
    return list_response(Request(APIRequestFactory().get(f"/api/things/{query}")), rows)


@given(total=st.integers(0, 50), size=st.integers(1, 60))
def test_links_and_pages_return_each_row_once(total: int, size: int):
    rows, seen, query = list(range(total)), [], f"?limit={size}"
    while query:
        response = listed(query, rows)
        seen += response.data
        link = response.headers.get("Link", "")
        query = link[link.index("?") : link.index(">")] if link else ""
    assert seen == rows

    seen, address = [], f"?page_size={size}"
    while address:
        data = listed(address[address.index("?") :], rows).data
        seen += data["results"]
        address = data["next"]
    assert seen == rows


def test_a_queryset_is_counted_and_sliced_by_the_database(notes, django_assert_num_queries):
    for number in range(3):
        Note(text=str(number)).save()
    with django_assert_num_queries(2):
        response = listed("?limit=2", Note.objects.order_by("pk").values_list("text", flat=True))
    assert (response.data, response.headers["X-Total-Count"]) == (["0", "1"], "3")

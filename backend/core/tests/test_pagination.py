"""Lists whose length the database counts; whatever is asked for, their parts make up the whole.

Which parts and headers these are: test_lists, test_pages and test_a_thousand_rows of tests/contract/api.
"""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from core.pagination import list_answer


def listed(query: str, rows: list[int]) -> Response:
    return list_answer(Request(APIRequestFactory().get(f"/api/things/{query}")), rows)


@given(total=st.integers(0, 50), limit=st.integers(1, 60))
def test_following_the_links_gives_each_row_once(total: int, limit: int):
    rows, seen, query = list(range(total)), [], f"?limit={limit}"
    while query:
        answer = listed(query, rows)
        seen += answer.data
        link = answer.headers.get("Link", "")
        query = link[link.index("?") : link.index(">")] if link else ""
    assert seen == rows


@given(total=st.integers(0, 50), size=st.integers(1, 60))
def test_following_the_pages_gives_each_row_once(total: int, size: int):
    rows, seen = list(range(total)), []
    address: str | None = f"?page_size={size}"
    while address:
        data = listed(address[address.index("?") :], rows).data
        seen += data["results"]
        address = data["next"]
    assert seen == rows


def test_rows_of_a_query_are_counted_by_the_database_and_cut_there(notes, django_assert_num_queries):
    from core.tests.notes import Note

    for number in range(3):
        Note(text=str(number)).save()
    rows: Any = Note.objects.order_by("pk").values_list("text", flat=True)
    with django_assert_num_queries(2):
        answer = listed("?limit=2", rows)
    assert (answer.data, answer.headers["X-Total-Count"]) == (["0", "1"], "3")

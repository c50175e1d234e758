"""Lists: a bare array with its total, or an envelope where pages are asked for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from core.errors import InvalidInput, NotFound
from core.pagination import MAX_ROWS, list_answer

ROWS = list(range(2500))


def listed(query: str, rows: list[int] = ROWS) -> Response:
    return list_answer(Request(APIRequestFactory().get(f"/api/things/{query}")), rows)


def test_a_short_list_is_whole_and_has_its_total():
    answer = listed("", [1, 2, 3])
    assert answer.data == [1, 2, 3]
    assert answer.headers["X-Total-Count"] == "3"
    assert "Link" not in answer.headers


def test_no_answer_holds_more_than_1000_rows_and_a_cut_one_names_the_next():
    answer = listed("?search=a")
    assert answer.data == ROWS[:MAX_ROWS]
    assert answer.headers["X-Total-Count"] == "2500"
    assert answer.headers["Link"] == '<http://testserver/api/things/?offset=1000&search=a>; rel="next"'


def test_limit_and_offset_cut_and_the_link_goes_on_from_there():
    answer = listed("?limit=10&offset=20")
    assert answer.data == ROWS[20:30]
    assert answer.headers["Link"] == '<http://testserver/api/things/?limit=10&offset=30>; rel="next"'


def test_the_last_part_has_no_link():
    assert "Link" not in listed("?limit=500&offset=2000").headers


def test_an_offset_behind_the_end_is_an_empty_list():
    answer = listed("?offset=9999")
    assert (answer.data, answer.headers["X-Total-Count"]) == ([], "2500")


@given(total=st.integers(0, 50), limit=st.integers(1, 60))
def test_following_the_links_gives_each_row_once(total: int, limit: int):
    rows, seen, query = list(range(total)), [], f"?limit={limit}"
    while query:
        answer = listed(query, rows)
        seen += answer.data
        link = answer.headers.get("Link", "")
        query = link[link.index("?") : link.index(">")] if link else ""
    assert seen == rows


def test_a_page_is_an_envelope_with_both_neighbours():
    answer = listed("?page=2&page_size=10")
    assert answer.data == {
        "count": 2500,
        "next": "http://testserver/api/things/?page=3&page_size=10",
        "previous": "http://testserver/api/things/?page=1&page_size=10",
        "results": ROWS[10:20],
    }
    assert answer.headers["X-Total-Count"] == "2500"
    assert "Link" not in answer.headers


@given(total=st.integers(0, 50), size=st.integers(1, 60))
def test_following_the_pages_gives_each_row_once(total: int, size: int):
    rows, seen = list(range(total)), []
    address: str | None = f"?page_size={size}"
    while address:
        data = listed(address[address.index("?") :], rows).data
        seen += data["results"]
        address = data["next"]
    assert seen == rows


def test_the_first_page_of_nothing_is_empty_and_the_second_is_not_found():
    assert listed("?page=1", []).data == {"count": 0, "next": None, "previous": None, "results": []}
    with pytest.raises(NotFound):
        listed("?page=2", [])


def test_a_page_behind_the_last_is_not_found():
    assert listed("?page=3").data["results"] == ROWS[2000:]
    with pytest.raises(NotFound):
        listed("?page=4")


def test_pages_can_be_the_default(settings):
    settings.API_ALWAYS_PAGINATE = True
    assert listed("").data["results"] == ROWS[:MAX_ROWS]
    assert listed("?limit=5").data == ROWS[:5]
    assert listed("?offset=5").data == ROWS[5 : 5 + MAX_ROWS]


@pytest.mark.parametrize("name", ["limit", "offset", "page", "page_size"])
@pytest.mark.parametrize("text", ["", "-1", "1.5", "ten", "1e3", " 1", "١", "9" * 13, "0x10", "+5", "1_0"])
def test_nonsense_is_refused_by_name(name: str, text: str):
    with pytest.raises(InvalidInput) as refusal:
        listed(f"?{name}={text.replace('+', '%2B')}")
    assert list(refusal.value.details) == [name]


@pytest.mark.parametrize("query", ["?limit=0", "?limit=1001", "?page=0", "?page_size=0", "?page_size=1001"])
def test_limits_are_from_1_to_1000(query: str):
    with pytest.raises(InvalidInput):
        listed(query)


def test_rows_of_a_query_are_counted_by_the_database_and_cut_there(notes, django_assert_num_queries):
    from core.tests.notes import Note

    for number in range(3):
        Note(text=str(number)).save()
    rows: Any = Note.objects.order_by("pk").values_list("text", flat=True)
    with django_assert_num_queries(2):
        answer = listed("?limit=2", rows)
    assert (answer.data, answer.headers["X-Total-Count"]) == (["0", "1"], "3")

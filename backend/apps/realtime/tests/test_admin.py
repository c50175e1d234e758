"""The log is looked at in the admin, and never written there."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from apps.realtime.models import Event, Stream
from apps.realtime.tests.boards import append


@pytest.fixture
def ada(db) -> Client:
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("ada"))
    return client


@pytest.mark.parametrize("model", ["stream", "event"])
def test_rows_are_listed_and_shown(ada, board, model: str):
    append(board.pk, "a")
    row = (Stream.objects.filter(pk=board.pk) if model == "stream" else Event.objects).get()
    assert ada.get(f"/admin/realtime/{model}/").status_code == 200
    shown = ada.get(f"/admin/realtime/{model}/{row.pk}/change/")
    assert shown.status_code == 200
    assert str(row) in shown.content.decode()
    assert 'name="_save"' not in shown.content.decode()


@pytest.mark.parametrize("model", ["stream", "event"])
@pytest.mark.parametrize("page", ["add/", "{}/change/", "{}/delete/"])
def test_nothing_is_written(ada, board, model: str, page: str):
    append(board.pk, "a")
    row = (Stream.objects.filter(pk=board.pk) if model == "stream" else Event.objects).get()
    answer = ada.post(f"/admin/realtime/{model}/{page.format(row.pk)}", {"seq": 9, "post": "yes"})
    assert answer.status_code == 403
    board.refresh_from_db()
    assert (board.seq, Event.objects.count()) == (1, 1)


def test_rows_say_what_they_are(board):
    append(board.pk, "a")
    board.refresh_from_db()
    assert (str(board), str(Event.objects.get())) == ("board:main at 1", "card.added #1")

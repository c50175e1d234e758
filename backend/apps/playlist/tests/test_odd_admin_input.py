"""Odd input in the admin's addresses and forms is answered kindly, and is no unforeseen error."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.db import models
from django.test import Client

from apps.playlist.models import PlaylistTrack
from apps.rooms.models import Room
from core.tests.admin_pages import Admin, list_path

pytestmark = pytest.mark.django_db

ODD = ["abc", "9" * 25, "1.5", "\x00", ""]
FILTERS = [*ODD, "99999", "0", "-1"]
MODELS = [model for model in admin.site._registry if model.__module__.startswith(("apps.", "core."))]
assert len(MODELS) > 10
NEW_ITEM = "/admin/playlist/playlisttrack/add/"


@pytest.fixture
def ada(caplog: pytest.LogCaptureFixture) -> Iterator[Client]:
    """Her browser; in the end nothing was an error."""
    browser = Admin().client
    browser.raise_request_exception = False
    yield browser
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == []


def words_of(response: Any) -> str:
    return str(response.content.decode())


@pytest.mark.parametrize("number", range(len(MODELS)), ids=lambda number: MODELS[number].__name__)
def test_admin_lists_actions_and_forms_handle_invalid_input(ada: Client, number: int) -> None:
    """Each kind some of the values, and over all kinds every value in every place: they share their code."""
    model = MODELS[number]
    fields = model._meta.fields
    dates = [f"{field.name}__year" for field in fields if isinstance(field, models.DateTimeField)]
    for place, name in enumerate(["id", "o", "p", *dates]):
        for value in (FILTERS[(number + place) % 8], FILTERS[(number + place + 4) % 8]):
            assert ada.get(list_path(model), {name: value}, follow=True).status_code in {200, 400}
    value = ODD[number % len(ODD)]
    chosen = {"action": "delete_selected", "_selected_action": [value]}
    for sent in (chosen, {**chosen, "post": "yes"}, {**chosen, "index": value}):
        assert ada.post(list_path(model), sent, follow=True).status_code == 200
    for place, field in enumerate(fields):
        value = ODD[(number + place) % 2]
        assert ada.get(f"{list_path(model)}add/", {field.name: value}).status_code in {200, 403}
        assert ada.post(f"{list_path(model)}add/", {field.name: value}).status_code in {200, 302, 403}


def test_a_rejected_action_shows_the_reason(ada: Client) -> None:
    room = Room.objects.create(slug="kitchen", name="Kitchen")
    sent = {"action": "delete_selected", "_selected_action": [room.pk, "abc"], "post": "yes"}
    said = words_of(ada.post(list_path(Room), sent, follow=True))
    assert "One of the chosen rows does not exist." in said
    assert Room.objects.filter(pk=room.pk).exists()


@pytest.mark.parametrize("field", ["room", "track", "position", "added_by"])
def test_a_new_item_with_invalid_values_shows_the_form_again(ada: Client, field: str) -> None:
    for value in ODD:
        assert ada.get(NEW_ITEM, {field: value}).status_code == 200
        assert ada.post(NEW_ITEM, {field: value}).status_code == 200
        sent = {field: value, f"initial-{field}": value}
        assert ada.post(f"{NEW_ITEM}?room=abc", sent).status_code == 200
    assert not PlaylistTrack.objects.exists()
    for value in ODD[:2]:
        said = words_of(ada.post(NEW_ITEM, {"room": value, "track": value}))
        assert said.count("That choice is not one of the available choices.") == 2

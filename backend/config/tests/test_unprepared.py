"""A server whose database nobody has prepared says so, and is not ready."""

import pytest
from django.db import OperationalError, ProgrammingError

from core.errors import as_api_error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("no such table: playlist_room"),
        OperationalError("no such column: playlist_room.name"),
        ProgrammingError('relation "playlist_room" does not exist'),
        ProgrammingError("column playlist_room.name does not exist"),
    ],
)
def test_a_missing_table_or_column_is_told_with_what_to_do(error):
    answer = as_api_error(error)

    assert (answer.status, answer.code) == (503, "UNAVAILABLE")
    assert "manage.py migrate" in answer.message


def test_it_is_not_ready(client, monkeypatch):
    def missing() -> bool:
        raise OperationalError("no such table: realtime_stream")

    monkeypatch.setattr("apps.realtime.models.Stream.objects.exists", missing)
    answer = client.get("/api/health/ready")

    assert answer.status_code == 503
    assert answer.json()["checks"]["database"] == "unavailable"

"""An older database, from before rooms had an app of their own, keeps them with all that is theirs."""

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.playlist.models import PlaylistTrack
from apps.rooms.models import Room
from apps.tracks.tests.factories import new_track

BEFORE = [
    ("playlist", "0003_wishes"),
    ("recommendations", "0001_initial"),
    ("realtime", "0004_presence_of_everyone"),
    ("rooms", None),
]


def migrated_to(targets: list[tuple[str, str | None]]):
    """The models of that state."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return (
        MigrationExecutor(connection)
        .loader.project_state([(app, name) for app, name in targets if name])
        .apps
    )


@pytest.mark.django_db(transaction=True)
def test_an_older_database_keeps_its_rooms_with_their_permissions_and_log():
    track = new_track("Halo")
    old = migrated_to(BEFORE)
    try:
        stream = old.get_model("realtime", "Stream").objects.create(kind="playlist", name="attic")
        room = old.get_model("playlist", "Room").objects.create(slug="attic", name="Attic", stream=stream)
        item = old.get_model("playlist", "PlaylistTrack").objects.create(
            room=room, track_id=track.pk, position=1.0
        )
        old.get_model("playlist", "Room").objects.filter(pk=room.pk).update(playing=item)
        old.get_model("recommendations", "RecommendationList").objects.create(
            room_id=room.pk, generated_at=item.added_at
        )
        ContentType.objects.clear_cache()
        kind = ContentType.objects.get(app_label="playlist", model="room")
        may_change = Permission.objects.get(content_type=kind, codename="change_room")
        ada = get_user_model().objects.create(username="ada", is_staff=True)
        ada.user_permissions.add(may_change)
        line = LogEntry.objects.create(
            user=ada, content_type=kind, object_id=str(room.pk), object_repr="Attic", action_flag=CHANGE
        )
    finally:
        call_command("migrate", verbosity=0)
        ContentType.objects.clear_cache()

    now = Room.objects.get(slug="attic")
    assert (now.pk, now.name, now.stream.name) == (room.pk, "Attic", "attic")
    assert now.playing == PlaylistTrack.objects.get(room=now)
    assert get_user_model().objects.get(pk=ada.pk).has_perm("rooms.change_room")
    assert LogEntry.objects.get(pk=line.pk).get_admin_url() == f"/admin/rooms/room/{room.pk}/change/"
    assert not ContentType.objects.filter(app_label="playlist", model="room").exists()
    now.delete()
    assert not PlaylistTrack.objects.filter(pk=item.pk).exists(), "what belongs to a room goes with it"

"""Rooms: names, owners, lifetime."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RoomsConfig(AppConfig):
    name = "apps.rooms"

    def ready(self) -> None:
        post_migrate.connect(make_main_room, sender=self)


def make_main_room(**_: Any) -> None:
    from apps.rooms.services import ensure_main_room

    ensure_main_room()

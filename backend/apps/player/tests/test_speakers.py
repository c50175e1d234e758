"""How many speakers are listed, and that many of them delay no one else."""

import asyncio
import threading
from datetime import timedelta
from typing import Any, NoReturn

import pytest
from django.utils import timezone

from apps.player import speakers
from apps.player.models import Speaker
from apps.player.selectors import MAX_LISTED_SPEAKERS, player_of
from apps.player.speakers import PlayerExtension, SpeakerJoinMessage
from apps.playlist.tests.rooms import new_room
from apps.realtime.admission import MAX_CONCURRENT_READS
from apps.realtime.database_reads import run_in_reader
from apps.realtime.hub import stop_current_hub
from apps.realtime.tests.recording_listener import PATIENCE_SECONDS, until
from core.errors import NotFound


@pytest.mark.django_db
def test_the_speakers_that_joined_first_are_listed():
    """The list is sent to all sockets of the room twice a second."""
    room, expires_at = new_room(), timezone.now() + timedelta(minutes=1)
    Speaker.objects.bulk_create(
        Speaker(speaker_id=f"{number:04}", room=room, name="K", kind="mpd", expires_at=expires_at)
        for number in range(MAX_LISTED_SPEAKERS + 1)
    )
    listed = [speaker.speaker_id for speaker in player_of(room.slug).speakers]
    assert listed == [f"{number:04}" for number in range(MAX_LISTED_SPEAKERS)]


class Room:
    """Of a socket: the speaker's extension needs no more of it."""

    stream_id = 1

    def put(self, text: str) -> None: ...


async def test_many_speakers_of_an_address_do_not_delay_the_hub(monkeypatch: pytest.MonkeyPatch):
    joined, release = [], threading.Event()

    def join(*_: Any) -> NoReturn:
        joined.append(1)
        assert release.wait(PATIENCE_SECONDS)
        raise NotFound

    monkeypatch.setattr(speakers, "_joined", join)
    extension, message = PlayerExtension(), SpeakerJoinMessage(name="Kitchen", kind="other")
    sockets: list[Any] = [Room() for _ in range(10)]
    joins = [
        asyncio.create_task(extension.handle(socket, message, network="192.0.2.1")) for socket in sockets
    ]
    await until(lambda: len(joined) == MAX_CONCURRENT_READS)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await run_in_reader(joined.clear)
    release.set()
    await asyncio.gather(*joins, return_exceptions=True)
    assert len(joined) == len(sockets) - MAX_CONCURRENT_READS
    await stop_current_hub()

"""A Sendspin display with buttons: prints what it is to show, and sends the commands that it reads.

`python sendspin_display.py URL`, in the players' environment: a line of JSON for each change.
"""

import asyncio
import io
import json
import sys
from typing import Any

from aiosendspin.client import SendspinClient
from aiosendspin.models.artwork import ArtworkChannel
from aiosendspin.models.types import ArtworkSource, MediaCommand, PictureFormat, Roles
from aiosendspin.noise import Identity, InMemoryClientPairingStore
from aiosendspin.noise.trust_store import ClientPairingConfig
from PIL import Image


async def main(url: str) -> None:
    store = InMemoryClientPairingStore()
    await store.store_pairing_config(ClientPairingConfig(unpaired_access_enabled=True))
    client = SendspinClient(
        Identity.generate(),
        "Display",
        [Roles.METADATA, Roles.ARTWORK, Roles.CONTROLLER],
        pairing_store=store,
        artwork_channels=[ArtworkChannel(ArtworkSource.ALBUM, PictureFormat.PNG, 100, 100)],
    )
    client.add_metadata_listener(lambda payload: show(payload.metadata))
    client.add_artwork_listener(lambda _, picture: show_picture(picture))
    client.add_controller_state_listener(
        lambda payload: payload.controller and print(json.dumps({"has_buttons": True}), flush=True)
    )
    await client.connect(url)
    loop = asyncio.get_running_loop()
    while words := (await loop.run_in_executor(None, sys.stdin.readline)).split():
        given: dict[str, Any] = {name: int(value) for name, value in (word.split("=") for word in words[1:])}
        await client.send_group_command(MediaCommand(words[0]), **given)


def show(metadata: Any) -> None:
    progress = metadata.progress
    said = {name: getattr(metadata, name) for name in ("title", "artist", "album")}
    if progress:
        said |= {
            name: getattr(progress, name) for name in ("track_progress", "track_duration", "playback_speed")
        }
    print(json.dumps(said, default=str), flush=True)


def show_picture(picture: bytes) -> None:
    if picture:
        image = Image.open(io.BytesIO(picture)).convert("RGB")
        colour = image.getpixel((image.width // 2, image.height // 2))
        print(json.dumps({"picture": [image.width, image.height, colour]}), flush=True)


asyncio.run(main(sys.argv[1]))

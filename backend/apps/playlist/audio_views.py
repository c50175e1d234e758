"""The URL of a queue item's audio."""

from rest_framework import viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from apps.audio.delivery import EXAMPLE_AUDIO, AudioPayload, SignedItem, files_of, open_best, signed_url
from apps.playlist.selectors import item_in
from apps.rooms.selectors import room_for
from core.endpoints import ResponseSpec, endpoint
from core.identity import caller_of


class AudioViewSet(viewsets.ViewSet):
    """The audio of a room's items."""

    tag = "playlist"

    @endpoint(ResponseSpec(200, "The audio.", EXAMPLE_AUDIO), errors=[item_in, open_best])
    def audio(self, request: Request, slug: str, item_id: int) -> Response:
        """The URL of an item's audio, and its media type.

        `url` is relative, valid for 6 hours and enough by itself, as long as the item is in the room.
        `gain_db` is the ReplayGain of the track; null: not known.
        """
        item = item_in(room_for(slug), item_id)
        audio = open_best(files_of(item.track_id))
        audio.close()
        caller = caller_of(request)
        url, expires_at = signed_url(SignedItem(room=slug, item_id=item_id, caller=caller.key))
        payload = AudioPayload(
            url=url,
            expires_at=expires_at,
            content_type=audio.file.content_type,
            bytes=audio.size_bytes,
            duration_ms=audio.file.duration_ms,
            gain_db=audio.file.gain_db,
            etag=audio.etag,
        )
        return Response(payload)

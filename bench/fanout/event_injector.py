"""A thread in a Tutti server that reads events as lines and publishes them as a write does after its commit.

A line costs what `publish` costs, the call by which every write notifies the hubs, made from
another thread than the event loop's, as in a request. Request handling and the database are left out.
Everything after it is the server's: publisher, hub, feed, connections, consumers, watch, heartbeats, metrics.
"""

import os
import socket
import threading

FEED_VARIABLE = "BENCH_FEED"
# The maximum number of bytes per read.
READ_BYTES = 256 * 1024


def publish_lines() -> None:
    """Starts the thread if the process inherited a listening socket for it."""
    if number := os.environ.get(FEED_VARIABLE):
        threading.Thread(target=_publish_lines, args=[socket.socket(fileno=int(number))], daemon=True).start()


def _publish_lines(listener: socket.socket) -> None:
    feed, _ = listener.accept()
    # Imported late: the server must have read its settings.
    from apps.playlist.models import STREAM_KIND
    from apps.realtime.models import Stream
    from apps.realtime.publishing import Hint, publish
    from apps.rooms.models import MAIN_ROOM

    stream = Stream.objects.get(kind=STREAM_KIND, name=MAIN_ROOM)
    lines = feed.makefile("rb", buffering=READ_BYTES)
    for seq, line in enumerate(lines, start=stream.seq + 1):
        publish(Hint(stream.pk, epoch=stream.epoch, seq=seq, message=line[:-1].decode()))

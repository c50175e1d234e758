"""In a Tutti server: a thread that takes events by line and publishes them as a write does after its commit.

What a line costs here is what `publish` costs, the call by which every write tells the hubs, made from
another thread than the loop's as in a request; a request's own work and the database's are left out. All that
comes behind it is the server's own: publisher, hub, feed, connections, consumers, watch, heartbeats, metrics.
"""

import os
import socket
import threading

FEED_VARIABLE = "BENCH_FEED"
# As much as comes in together is read at once.
READ_BYTES = 256 * 1024


def publish_lines() -> None:
    """Begins to, where the process was handed a listening socket for it."""
    if number := os.environ.get(FEED_VARIABLE):
        threading.Thread(target=_publish_lines, args=[socket.socket(fileno=int(number))], daemon=True).start()


def _publish_lines(listener: socket.socket) -> None:
    feed, _ = listener.accept()
    # Only now: the server has read its settings.
    from apps.playlist.models import MAIN_ROOM, STREAM_KIND
    from apps.realtime.models import Stream
    from apps.realtime.publishing import Hint, publish

    stream = Stream.objects.get(kind=STREAM_KIND, name=MAIN_ROOM)
    lines = feed.makefile("rb", buffering=READ_BYTES)
    for seq, line in enumerate(lines, start=stream.seq + 1):
        publish(Hint(stream.pk, epoch=stream.epoch, seq=seq, frame=line[:-1].decode()))

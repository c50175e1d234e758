"""The whole server as one ASGI application: sockets, live streams, and Django for everything else."""

import os
import re
from importlib import import_module

import django
from django.conf import settings

from core.process_tuning import freeze_gc, set_malloc_mmap_threshold

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Many small concurrent computations are faster with one thread each. NumPy reads this at import.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
set_malloc_mmap_threshold()
django.setup(set_prefix=False)

from apps.audio.delivery import AudioDelivery  # noqa: E402
from apps.charts.signals import CHART_STREAM, CHART_STREAM_KIND  # noqa: E402 - Django must be set up first
from apps.playlist.models import STREAM_KIND  # noqa: E402
from apps.playlist.selectors import track_of_item  # noqa: E402
from apps.realtime.asgi import (  # noqa: E402
    ByType,
    HubMiddleware,
    SocketRoutes,
)
from apps.realtime.consumers import NoSuchStream, StreamConsumer  # noqa: E402
from apps.realtime.http_transport import HttpTransport, Route  # noqa: E402
from apps.rooms.models import MAIN_ROOM  # noqa: E402
from core.asgi import (  # noqa: E402
    SLOTS_FOR_MONITORING,
    ConcurrencyLimiter,
    ThreadedASGIHandler,
)

QUEUE = r"/api/(?:playlist|rooms/(?P<slug>[a-z0-9-]{1,50})/playlist)"

socket = StreamConsumer.as_asgi(kind=STREAM_KIND, default_name=MAIN_ROOM)
chart_socket = StreamConsumer.as_asgi(kind=CHART_STREAM_KIND, default_name=CHART_STREAM)
live_routes = [
    Route(re.compile(rf"{QUEUE}/stream/"), kind=STREAM_KIND, is_stream=True, default_name=MAIN_ROOM),
    Route(re.compile(rf"{QUEUE}/events/"), kind=STREAM_KIND, is_stream=False, default_name=MAIN_ROOM),
    Route(re.compile(r"/api/stream"), kind=STREAM_KIND, is_stream=True, default_name=MAIN_ROOM),
]

socket_routes = SocketRoutes(
    [
        (r"/ws/playlist/", socket),
        (r"/ws/playlist/(?P<slug>[a-z0-9-]{1,50})/", socket),
        (r"/ws/charts/", chart_socket),
    ],
    otherwise=NoSuchStream.as_asgi(),
)

slots = settings.MAX_CONCURRENT_REQUESTS
# Additional threads for requests that Daphne cancelled 10 s after their clients disconnected.
django_application = ThreadedASGIHandler(threads=2 * (slots + SLOTS_FOR_MONITORING))
requests = ConcurrencyLimiter(django_application, slots=slots)
with_audio = AudioDelivery(requests, track_of_item=track_of_item)

application = HubMiddleware(
    ByType({"http": HttpTransport(with_audio, routes=live_routes), "websocket": socket_routes})
)

# Loaded now, not by the first request.
import_module(settings.ROOT_URLCONF)
freeze_gc()

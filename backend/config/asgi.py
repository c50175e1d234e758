"""The whole server as one ASGI application: sockets, live streams, and Django for everything else."""

import os
import re
from importlib import import_module

import django
from django.conf import settings

from core.allocation import give_large_blocks_back, spare_what_is_loaded

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# Of many small computations at once, each is done sooner by one thread. NumPy reads this when it is loaded.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
give_large_blocks_back()
django.setup(set_prefix=False)

from apps.charts.live_stream import CHART_STREAM, CHART_STREAM_KIND  # noqa: E402 - Django must be set up first
from apps.playlist.models import MAIN_ROOM, STREAM_KIND  # noqa: E402
from apps.realtime.consumers import NoSuchStream, StreamConsumer  # noqa: E402
from apps.realtime.event_streams import EventStreams, Route  # noqa: E402
from apps.realtime.lifecycle import WithHub  # noqa: E402
from apps.realtime.socket_routes import ByType, SocketRoutes  # noqa: E402
from core.asgi import ThreadedASGIHandler  # noqa: E402
from core.request_places import PLACES_FOR_WATCHERS, RequestPlaces  # noqa: E402

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

places = settings.MAX_REQUESTS_AT_ONCE
# As many again for requests that Daphne has given up on, 10 s after their clients left.
django_application = ThreadedASGIHandler(threads=2 * (places + PLACES_FOR_WATCHERS))
requests = RequestPlaces(django_application, places=places)

application = WithHub(
    ByType({"http": EventStreams(requests, routes=live_routes), "websocket": socket_routes})
)

# Now, or the first request would load it.
import_module(settings.ROOT_URLCONF)
spare_what_is_loaded()

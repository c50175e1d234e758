"""`config.asgi` with an event injector, for a generic ASGI server."""

from bench.fanout.event_injector import publish_lines
from config.asgi import application

__all__ = ["application"]

publish_lines()

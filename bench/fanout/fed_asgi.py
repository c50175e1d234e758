"""`config.asgi` with a feed beside, for a server that knows nothing of Tutti."""

from bench.fanout.fed import publish_lines
from config.asgi import application

__all__ = ["application"]

publish_lines()

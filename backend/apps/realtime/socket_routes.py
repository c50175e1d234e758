"""Which consumer answers a socket, by its path."""

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

Application = Callable[[Any, Any, Any], Awaitable[None]]


class SocketRoutes:
    """As Channels' URLRouter, but not a coroutine, which would keep each request for as long as it runs."""

    def __init__(self, routes: Sequence[tuple[str, Application]], *, otherwise: Application) -> None:
        self._routes = [(re.compile(path), application) for path, application in routes]
        self._otherwise = otherwise

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        for path, application in self._routes:
            if match := path.fullmatch(scope["path"]):
                return application({**scope, "url_route": {"kwargs": match.groupdict()}}, receive, send)
        return self._otherwise(scope, receive, send)


class ByType:
    """One application for each type of connection. It runs by itself, as those of SocketRoutes do."""

    def __init__(self, applications: dict[str, Application]) -> None:
        self._applications = applications

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]:
        application = self._applications.get(scope["type"])
        if application is None:
            raise ValueError(f"Connections of type {scope['type']} are not served.")
        return application(scope, receive, send)

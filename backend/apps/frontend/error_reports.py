"""Errors of browsers, as lines of the server's log.

A report may be forged, and may contain personal data: an IP address, a name
in a message, an unlisted room, a token in a query. Therefore only file, line and function of frames are
logged, and the message is masked as in all logs.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import structlog

from core.logs import MASK, MAX_ERROR_CHARACTERS, MAX_FRAMES, masked

logger: structlog.stdlib.BoundLogger = structlog.get_logger("tutti.page")

MAX_LINE = 400
MAX_PATH = 50
VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}")
ADDRESS = re.compile(r"\b[a-z][a-z-]+://\S+")
QUERY = re.compile(r"(?<=[\w/])[?#]\S+")
NAMED_ROOM = re.compile(r"(/r|/rooms|/playlist)/[^/\s]+")
# `at name (address:1:2)` of Chromium, `name@address:1:2` of Firefox and Safari.
FRAME = re.compile(
    r"(?:at )?(?:async )?(?:new )?(?P<name>[\w$.<>/]{0,80}?)(?: \[as [\w$.]{1,80}\])?[ @(]*"
    r"(?:[a-z-]+://[^/\s]*)?(?P<file>/[\w./-]{1,150})(?:[?#][^\s:)]*)?"
    r":(?P<line>\d{1,7})(?::(?P<column>\d{1,7}))?\)?"
)


@dataclass(frozen=True, slots=True)
class PageError:
    """A browser's report of an error."""

    message: str
    source: str = ""
    line: int = 0
    column: int = 0
    stack: str = ""
    page: str = ""
    version: str = ""


def log_page_error(error: PageError) -> None:
    version = error.version if VERSION.fullmatch(error.version) else "unknown"
    where = f"page {_without_names(_path_of(error.page))[:MAX_PATH]}, version {version}"
    message = _without_names(error.message)[: MAX_ERROR_CHARACTERS - 2 * MAX_PATH]
    logger.warning("page_error", error=f"{message} ({where})", frames=_frames_of(error))


def _path_of(address: str) -> str:
    """The URL's path, or a dash."""
    try:
        path = urlsplit(address).path
    except ValueError:
        return "-"
    return path if path.startswith("/") else "-"


def _without_names(text: str) -> str:
    """Removes hosts, queries, rooms, and everything that the log masks."""
    paths = ADDRESS.sub(lambda found: _path_of(found[0]), text)
    return masked(NAMED_ROOM.sub(rf"\1/{MASK}", QUERY.sub(MASK, paths)))


def _frames_of(error: PageError) -> Sequence[str]:
    """The stack, innermost frame last, as for the server's own errors."""
    lines = [line.strip()[:MAX_LINE] for line in error.stack.splitlines()]
    places = [_formatted_frame(found) for line in lines if (found := FRAME.fullmatch(line))]
    if not places and (found := FRAME.fullmatch(f"{error.source[:MAX_LINE]}:{error.line}:{error.column}")):
        places = [_formatted_frame(found)]
    return places[:MAX_FRAMES][::-1]


def _formatted_frame(frame: re.Match[str]) -> str:
    file = NAMED_ROOM.sub(rf"\1/{MASK}", frame["file"])
    place = ":".join(filter(None, [file, frame["line"], frame["column"]]))
    return f"{place} {frame['name']}".rstrip()

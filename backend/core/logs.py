"""Logging: for people on the terminal, as JSON lines in a file, both with request id and op id.

Every line holds fields of FIELDS and nothing else; what could identify a person is masked before that.
"""

import fcntl
import logging
import os
import re
import traceback
from collections.abc import MutableMapping
from ipaddress import IPv6Address
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter

from core.process_tuning import private
from core.request_context import request_context

Line = MutableMapping[str, Any]

# The fields of a line; docs/operations.md describes each.
FIELDS = (
    *("at", "level", "logger", "event", "request_id", "op_id"),
    *("outcome", "milliseconds"),
    *("error", "frames"),
)
MAX_FILE_BYTES = 10 * 1024 * 1024
KEPT_FILES = 5
MAX_ERROR_CHARACTERS = 500
# The number of stack frames in a line about an error, counted from where it was raised.
MAX_FRAMES = 30
MASK = "…"

# Quoted text is mostly input of a client: KeyError('Ada'), Key (voter)=(user:3).
# A quote within a word is an apostrophe.
QUOTED = re.compile(r"(?<!\w)'[^'\n]*'|\"[^\"\n]*\"|(?<==)\([^)\n]*\)")
# But not names of the database's own, such as "vote_once".
OWN_NAME = re.compile(r'"[a-z]+(_[a-z0-9]+)+"')
EMAIL = re.compile(r"\S+@\S+")
# Keys and tokens: long, and of more than letters.
SHORTEST_TOKEN = 24
TOKEN = re.compile(r"\b(?=[\w:.-]*\d)[\w-]{8,}[:.][\w:.-]{16,}|\b(?=\w*\d)[\w-]{24,}")
CONTROL_CHARACTERS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
# The value after such a name, in any form: password=hunter2, sessionid=abc; other=def.
SECRET = re.compile(
    r"((?:password|passwd|pwd|secret|token|session|csrf|cookie|authorization|api[_-]?key)"
    r"(?:[\w-]{0,40}[\"']?\s*=|(?:id)?[\"']?\s*:(?!:))\s*)"
    r"(?:(?:bearer|basic)\s+)?[^\s;,&]+(?:;\s*[\w-]+=[^\s;,&]+)*",
    re.IGNORECASE,
)
# Four or more numbers with dots, with a full stop or a port after them.
MAYBE_IPV4 = re.compile(r"(?<![0-9])[0-9]{1,3}(?:\.[0-9]{1,3}){3,}(?![0-9])(?::[0-9]{1,5}(?![0-9]))?\.?")
# Text that may contain an IPv6 address, also directly after a word and a colon.
MAYBE_IPV6 = re.compile(r"[0-9A-Fa-f:.]+")
MAX_IPV6_CHARACTERS = 45
# Readable text is shorter.
MAX_READABLE_GROUPS = 200


# --- Contents of a line ------------------------------------------------------------------------------


def add_ids(_logger: Any, _method: str, line: Line) -> Line:
    context = request_context()
    if context.request_id != "-":
        line["request_id"] = context.request_id
    if context.op_id is not None:
        line["op_id"] = context.op_id
    return line


def add_error_fields(_logger: Any, _method: str, line: Line) -> Line:
    """Replaces an exception with all its data: its type, its masked message, and its location."""
    raised = line.pop("exc_info", None)
    error = raised[1] if isinstance(raised, tuple) else raised
    if isinstance(error, BaseException):
        line["error"] = masked(f"{type(error).__name__}: {error}")[:MAX_ERROR_CHARACTERS]
        line["frames"] = frames_of(error)
    return line


def mask_event(_logger: Any, _method: str, line: Line) -> Line:
    line["event"] = masked(str(line["event"]))
    return line


def keep_known_fields(_logger: Any, _method: str, line: Line) -> Line:
    """In their order; a field that the docs don't list is not written."""
    return {name: line[name] for name in FIELDS if name in line}


def masked(text: str) -> str:
    """One line without what could identify a person: quoted values, e-mail and network addresses, tokens."""
    if len(text) < SHORTEST_TOKEN and text.isidentifier():
        return text  # the name of an action, as most lines say; nothing below finds anything in one word
    text = CONTROL_CHARACTERS.sub(" ", text)
    text = QUOTED.sub(lambda found: found[0] if OWN_NAME.fullmatch(found[0]) else MASK, text)
    text = TOKEN.sub(MASK, EMAIL.sub(MASK, text))
    text = SECRET.sub(rf"\g<1>{MASK}", text)
    return MAYBE_IPV4.sub(_without_ipv4, MAYBE_IPV6.sub(_without_ipv6, text))


def frames_of(error: BaseException) -> list[str]:
    """Where it was raised, the innermost last, and before that where its cause was."""
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    earlier = [*frames_of(cause), f"{type(cause).__name__}, then:"] if cause is not None else []
    stack = traceback.extract_tb(error.__traceback__)
    own = [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in stack]
    return [*earlier, *own][-MAX_FRAMES:]


def _short(path: str) -> str:
    """Without the part that only says where on this machine things are installed."""
    for root in ("/site-packages/", "/backend/"):
        if root in path:
            return path.rsplit(root, 1)[1]
    return Path(path).name


def _without_ipv4(found: re.Match[str]) -> str:
    numbers = [int(number) for number in found[0].split(":")[0].rstrip(".").split(".")]
    fours = [numbers[at : at + 4] for at in range(len(numbers) - 3)]
    return MASK if any(max(four) <= 255 for four in fours) else found[0]


def _without_ipv6(found: re.Match[str]) -> str:
    """Looks for addresses between the colons: of `client:2001:db8::1` all behind the first."""
    run = found[0]
    if run.count(":") < 2:
        return run
    if len(run) > MAX_READABLE_GROUPS:
        return MASK
    before, after = found.string[: found.start()][-1:], found.string[found.end() :][:1]
    bounded = f"{before or ' '}{run}{after or ' '}"
    begins = [at for at in range(len(run)) if not bounded[at].isalnum()]
    ends = [at for at in range(1, len(run) + 1) if not bounded[at + 1].isalnum()]
    is_masked = [False] * len(run)
    for begin in begins:
        for end in ends:
            if 2 < end - begin <= MAX_IPV6_CHARACTERS and _is_ipv6(run[begin:end]):
                is_masked[begin:end] = [True] * (end - begin)
    kept = "".join(MASK if masked else char for char, masked in zip(run, is_masked, strict=True))
    return re.sub(f"{MASK}+", MASK, kept)


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except ValueError:
        return False
    return True


# --- Writing it --------------------------------------------------------------------------------------

SHARED_PROCESSORS: list[Any] = [
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
    add_ids,
]
FINAL_PROCESSORS: list[Any] = [
    ProcessorFormatter.remove_processors_meta,
    add_error_fields,
    mask_event,
    keep_known_fields,
]

# Django imports this module when it sets logging up: then structlog's lines go the same way as others.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *SHARED_PROCESSORS,
        ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)


def terminal_formatter() -> logging.Formatter:
    return _formatter(human_readable)


def json_formatter() -> logging.Formatter:
    return _formatter(structlog.processors.JSONRenderer(ensure_ascii=False))


def human_readable(_logger: Any, _method: str, line: Line) -> str:
    """One line, and below it, indented, the details of an error."""
    time = str(line.pop("at"))[11:23]
    frames = line.pop("frames", [])
    error = line.pop("error", None)
    head = f"{time} {line.pop('level').upper():<8}{line.pop('logger')}: {line.pop('event')}"
    rest = [f"{name}={value}" for name, value in line.items()]
    below = [f"    {part}" for part in [*frames, *([error] if error else [])]]
    return "\n".join([" ".join([head, *rest]), *below])


def _formatter(renderer: Any) -> logging.Formatter:
    return ProcessorFormatter(
        foreign_pre_chain=SHARED_PROCESSORS,
        processors=[*FINAL_PROCESSORS, renderer],
    )


class SharedRotatingFile(RotatingFileHandler):
    """A file of bounded size that several processes may write to: the process that finds it full rotates
    it.
    """

    def __init__(self, filename: str) -> None:
        super().__init__(
            filename, maxBytes=MAX_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )

    def emit(self, record: logging.LogRecord) -> None:
        if not self._is_current():
            self._close_file()
        super().emit(record)

    def shouldRollover(self, record: logging.LogRecord) -> bool:  # noqa: N802 - logging's name
        del record
        return self.stream is not None and os.fstat(self.stream.fileno()).st_size >= self.maxBytes

    def _open(self) -> Any:
        Path(self.baseFilename).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        return os.fdopen(private(self.baseFilename, flags), self.mode, encoding=self.encoding)

    def doRollover(self) -> None:  # noqa: N802 - logging's name
        """Another process may have done so since we looked."""
        with open(f"{self.baseFilename}.lock", "w", opener=private) as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if self._is_current():
                super().doRollover()
            else:
                self._close_file()

    def _close_file(self) -> None:
        """The next line opens the file that has the name then."""
        if self.stream is not None:
            self.stream.close()
            self.stream = None

    def _is_current(self) -> bool:
        """Whether the file of that name is the one that is open here."""
        if self.stream is None:
            return False
        try:
            named, opened = os.stat(self.baseFilename), os.fstat(self.stream.fileno())  # noqa: PTH116 - faster
        except OSError:
            return False
        return (named.st_dev, named.st_ino) == (opened.st_dev, opened.st_ino)

"""The documents name everything that the code has, and nothing that it doesn't have."""

import ast
import re
from collections.abc import Iterator
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve

from apps.analytics import serializers
from apps.api.views import AnythingElse
from apps.jobs.models import FailureCode
from apps.jobs.scheduler import EPOCH, Daily, Trigger
from apps.playlist import services
from apps.playlist.selectors import HISTORY_LENGTH
from apps.realtime import (
    connection,
    consumers,
    http_transport,
    messages,
    presence_sync,
    send_buffer,
)
from apps.realtime.decorators import event_descriptions
from apps.realtime.event_schema import MESSAGE_ERRORS, close_codes
from apps.realtime.messages import client_messages
from apps.realtime.models import kind_named, kind_names
from apps.rooms.models import DAYS_KEPT_EMPTY
from apps.tunemeld.query_cost import QueryCode
from config.schedules import SCHEDULES
from core import asgi, idempotency, pagination, rate_limits
from core.endpoints import EVERYWHERE
from core.errors import ApiError, Unavailable
from scripts.configuration_page import PAGE as CONFIGURATION
from scripts.configuration_page import configuration_page
from scripts.event_tables import HEADINGS, with_event_tables
from server import connections, http_limits, websockets
from tests.contract import fuzz
from tests.docs.pages import API, PROJECT, PROTOCOL, README, SETTINGS, TROUBLESHOOTING, protocol, table

QUOTED = re.compile(r"`([^`\n]+)`")
OURS = re.compile(r"(core|apps|config)\.(?!.*\btests\b)")
LINK = re.compile(r"\]\((?!https?:)([^)#]+)")
PYTHON_TEST = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)
THREATS = {
    "A guest who stuffs the ballot",
    "A stranger on the network",
    "A page on another origin",
    "A curious co-worker",
    "A flood",
}
PAGES = sorted(PROJECT.glob("docs/*.md"))
DECISIONS = PROJECT / "docs" / "decisions"
METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}


def first_cells(heading: str, *, of: int = 1) -> list[str]:
    return [row[0].strip("`") for row in table(heading, of=of)]


def all_errors(kind: type[ApiError] = ApiError) -> Iterator[type[ApiError]]:
    for error in kind.__subclasses__():
        yield error
        yield from all_errors(error)


def error_codes() -> dict[str, int]:
    import_module(settings.ROOT_URLCONF)  # which loads every view, and so every error
    return {error.code: error.status for error in all_errors() if OURS.match(error.__module__)}


def settings_named() -> set[str]:
    return set(re.findall(r"^#?([A-Z][A-Z_]+)=", SETTINGS.read_text(), re.MULTILINE))


def test_the_tables_of_events_are_generated_from_docstrings() -> None:
    """`make events` writes them."""
    assert protocol() == with_event_tables(protocol())


def test_every_event_is_described() -> None:
    for kind in HEADINGS:
        assert all(event_descriptions(kind_named(kind).table).values())
    assert {name for name in kind_names() if kind_named(name).table} == HEADINGS.keys()


def test_the_table_of_messages_from_clients_is_complete() -> None:
    reported = [re.findall(r'"type": "([\w.]+)"', row)[0] for row in first_cells("Messages from the client")]

    assert sorted(reported) == sorted(str(message.__struct_config__.tag) for message in client_messages())


def test_every_socket_error_is_documented() -> None:
    section = protocol().split("### Messages from the client")[1].split("###")[0]

    assert set(re.findall(r"`([A-Z_]+)`", section)) == {error.code for error in MESSAGE_ERRORS}


def test_the_table_of_error_codes_is_complete() -> None:
    reported = {row[0].strip("`"): int(row[1]) for row in table("Errors")}

    assert reported == error_codes()


def test_unavailable_is_documented_as_possibly_done() -> None:
    """Its commit may be known to the database alone: tests/faults."""
    [declared] = [spec.when for spec in EVERYWHERE if spec.error is Unavailable]
    for reported in (next(row[2] for row in table("Errors") if row[0] == "`UNAVAILABLE`"), declared):
        assert "may have been done" in reported
        assert "Idempotency-Key" in reported


def test_the_rules_beyond_the_schemas_are_those_that_the_fuzzing_knows() -> None:
    assert [row[0] for row in table("Rules beyond the schemas")] == list(fuzz.RULES)


def test_the_table_of_close_codes_is_complete() -> None:
    assert sorted(map(int, first_cells("Close codes"))) == sorted(close_codes().values())
    assert set(connection.CLOSE_MEANINGS) == set(close_codes().values())


def test_the_table_of_limits_is_complete() -> None:
    reported = [(what, of, int(calls), float(seconds)) for what, of, calls, seconds in table("Limits")]

    assert reported == [(one.name, one.of, one.max_calls, one.period_seconds) for one in rate_limits.LIMITS]


def test_sizes_are_those_of_the_code() -> None:
    assert [float(row[1]) for row in table("Limits", of=2)] == [
        settings.MAX_CONNECTIONS_PER_ADDRESS,
        connections.MAX_UNREAD_BYTES,
        settings.MAX_CONNECTIONS_PER_ADDRESS,
        http_limits.MAX_REQUEST_LINE_BYTES,
        http_limits.MAX_HEAD_BYTES,
        http_limits.MAX_HEADERS,
        http_limits.ARRIVE_WITHIN_SECONDS,
        http_limits.TAKE_WITHIN_SECONDS,
        http_limits.STREAM_END_WITHIN_SECONDS,
        connections.UNSENT_BYTES,
        http_limits.IDLE_SECONDS,
        asgi.MAX_WAIT_SECONDS,
        settings.MAX_BODY_BYTES,
        settings.MAX_JSON_DEPTH,
        consumers.MAX_MESSAGE_BYTES,
        messages.MAX_TS_CHARACTERS,
        pagination.MAX_ROWS,
        connection.MAX_RESUMED_EVENTS,
        http_transport.MAX_POLL_LIMIT,
        http_transport.MAX_WAIT_SECONDS,
        settings.SOCKET_SEND_BUFFER_BYTES,
        send_buffer.MAX_BACKLOG_BYTES,
        connection.MAX_BUFFERED_EVENTS,
        websockets.CLOSE_WITHIN_SECONDS,
        settings.MAX_QUEUE_ITEMS,
        DAYS_KEPT_EMPTY,
        services.RESTORABLE_FOR / timedelta(minutes=1),
        HISTORY_LENGTH,
        presence_sync.MAX_NAMED,
        idempotency.RETENTION / timedelta(hours=1),
        idempotency.MAX_STORED_BYTES,
        serializers.MAX_ACTIVITIES,
        serializers.MAX_CONTEXT_BYTES,
        serializers.MAX_AHEAD / timedelta(minutes=1),
    ]


def variables_of_the_page() -> set[str]:
    """What the page's build takes from its environment."""
    return set(re.findall(r"readonly (VITE_\w+)", (PROJECT / "frontend/src/environment.d.ts").read_text()))


def variables_of_the_speaker() -> set[str]:
    """What `./tutti speaker` reads from its environment, besides settings."""
    return set(re.findall(r'environ\.get\("(\w+)"', (PROJECT / "backend/speaker/command.py").read_text()))


def test_names_in_capitals_in_documents_exist() -> None:
    known = (
        settings_named()
        | variables_of_the_page()
        | variables_of_the_speaker()
        | set(error_codes())
        | set(FailureCode)
        | set(QueryCode)
        | METHODS
    )
    pages = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]
    quoted = {(page.name, word) for page in pages for word in QUOTED.findall(page.read_text())}

    # CONTRIBUTING.md speaks of constants in the code; test_commands looks at them.
    named = {
        (page, word)
        for page, word in quoted
        if re.fullmatch(r"[A-Z][A-Z_]+", word) and page != "CONTRIBUTING.md"
    }

    assert {(page, word) for page, word in named if word not in known} == set()


@pytest.mark.parametrize("page", [*PAGES, README], ids=lambda page: page.name)
def test_documented_urls_exist(page: Path) -> None:
    reported = re.findall(r"`(?:[A-Z, ]+ )?(/api/[\w./{}-]*)", page.read_text())
    values = {"{id}": "1", "{slug}": "main", "{key}": "0" * 32, "{size}": "300"}
    addresses = [
        re.sub(r"{\w+}", lambda found: values.get(found[0], found[0]), address) for address in reported
    ]

    assert addresses or page not in {API, PROTOCOL, README}
    for address in addresses:
        assert getattr(resolve(address).func, "cls", None) is not AnythingElse, address


def test_linked_files_exist() -> None:
    pages = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/**/*.md")]
    links = [(page, target) for page in pages for target in LINK.findall(page.read_text())]

    assert len(links) > len(pages)
    assert [(page.name, target) for page, target in links if not (page.parent / target).exists()] == []


def test_every_decision_is_listed_and_has_its_four_parts() -> None:
    listed = (DECISIONS / "README.md").read_text()
    pages = list(DECISIONS.glob("0*.md"))

    assert pages
    for page in pages:
        text, number = page.read_text(), int(page.name[:4])
        title = re.match(rf"# {number}\. (.+)\n\nStatus: \w+", text)
        assert title, page.name
        assert f"{number}. [{title[1]}]({page.name})" in listed
        assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Situation", "Decision", "Consequences"]


def documented_time(rhythm: Trigger) -> str:
    """When it runs, as the page for operators says it."""
    if isinstance(rhythm, Daily):
        return f"{rhythm.hour}:{rhythm.minute:02}" if rhythm.minute else f"{rhythm.hour}"
    hours = (rhythm.next(EPOCH) - EPOCH) // timedelta(hours=1)
    return "each hour" if hours == 1 else f"every {hours} hours"


def test_every_scheduled_job_is_documented() -> None:
    page = (PROJECT / "docs" / "operations.md").read_text()
    rows = page.partition("| by the clock (UTC) | does |")[2].partition("\n\n")[0]
    first = re.findall(r"^\| ([^|]+) \|", rows, re.MULTILINE)
    reported = {turn for cell in first for turn in re.split(r"^daily at | and at ", cell) if turn} - {"---"}

    assert reported == {documented_time(schedule.at) for schedule in SCHEDULES}


def test_messages_quoted_in_troubleshooting_exist_in_the_code() -> None:
    sources = [file.read_text() for file in (PROJECT / "backend").rglob("*.py") if "tests" not in file.parts]
    texts = {
        node.value
        for source in sources
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    rows = table("Troubleshooting", page=TROUBLESHOOTING)
    # Of a port's number the tests of the start know.
    quotes = [
        quote for row in rows for quote in QUOTED.findall(row[0]) if re.fullmatch(r"[^\d\"]* [^\d\"]*", quote)
    ]

    assert len(quotes) > 6
    assert [quote for quote in quotes if not any(quote in text for text in texts)] == []


# --- The threat model --------------------------------------------------------------------------------


def all_tests() -> set[str]:
    files = [file for folder in ("backend", "tests") for file in (PROJECT / folder).rglob("test_*.py")]
    return {name for file in files for name in PYTHON_TEST.findall(file.read_text())}


def test_every_threat_has_a_measure_and_existing_tests() -> None:
    page = PROJECT / "docs" / "security.md"
    threats = page.read_text().split("## Threats")[1]
    headings = set(re.findall(r"^### (.+)$", threats, re.MULTILINE))
    rows = [row for heading in headings - {"Known gaps"} for row in table(heading, page=page)]

    assert headings - {"Known gaps"} == THREATS
    assert all(goal and response and QUOTED.findall(tests) for goal, response, tests in rows)
    named = {name for _, _, tests in rows for name in QUOTED.findall(tests)}
    assert named - all_tests() == set()


# --- Configuration -----------------------------------------------------------------------------------


def test_the_page_of_settings_is_generated_from_the_example() -> None:
    written = CONFIGURATION.read_text()

    assert written == configuration_page(SETTINGS.read_text()), "run make configuration"
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", written, re.MULTILINE)) == settings_named()

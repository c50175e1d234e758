"""What a line of the log or a report of an error holds, what it never holds, and where it goes to."""

import gzip
import json
import logging
import multiprocessing
import string
import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from hypothesis import example, given
from hypothesis import strategies as st

from core import logs
from core.request_context import within_request
from core.tests.programs import run_program
from core.tests.providers.fake_service import FakeService, answers

# Of each process; together they turn the file over often.
LINES = 150
DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "operations.md"


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    file = tmp_path / "new" / "django.log"
    handler = logs.SharedRotatingFile(str(file))
    handler.setFormatter(logs.json_formatter())
    logging.getLogger("tutti").addHandler(handler)
    yield file
    logging.getLogger("tutti").removeHandler(handler)
    handler.close()


def lines_of(file: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in file.read_text().splitlines()]


def test_a_log_line_is_json_with_request_id_and_op_id(log_file: Path) -> None:
    with within_request(request_id="r-1", op_id="op-1"):
        structlog.get_logger("tutti.actions").info("add_item", outcome="done", milliseconds=3.1)
    (line,) = lines_of(log_file)
    assert line.pop("at").endswith("Z")
    assert line == {
        "level": "info",
        "logger": "tutti.actions",
        "event": "add_item",
        "request_id": "r-1",
        "op_id": "op-1",
        "outcome": "done",
        "milliseconds": 3.1,
    }


def test_fields_that_the_docs_do_not_list_are_not_written(log_file: Path) -> None:
    structlog.get_logger("tutti.x").info("hello", name="Ada", address="10.0.0.7")
    (line,) = lines_of(log_file)
    assert set(line) == {"at", "level", "logger", "event"}
    text = DOCUMENT.read_text()
    assert logs.FIELDS
    assert [field for field in logs.FIELDS if f"| `{field}` |" not in text] == []


def test_an_error_is_logged_with_type_masked_message_and_location(log_file: Path) -> None:
    try:
        try:
            dict[str, str]()["Ada"]
        except KeyError as error:
            raise ValueError("nobody called 'Ada' at 10.0.0.7") from error
    except ValueError:
        logging.getLogger("tutti.x").exception("Unexpected error")
        on_a_terminal = logging.LogRecord("x", logging.ERROR, "x.py", 1, "Hello", None, sys.exc_info())
    (line,) = lines_of(log_file)
    assert line["error"] == "ValueError: nobody called … at …"
    frame, middle, last = line["frames"]
    assert middle == "KeyError, then:"
    assert all(one.startswith("core/tests/test_logs.py:") for one in (frame, last))
    assert "Ada" not in log_file.read_text()
    assert logs.terminal_formatter().format(on_a_terminal).endswith("ValueError: nobody called … at …")


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Error 111 connecting to 127.0.0.1:6379. Refused.", "Error 111 connecting to … Refused."),
        ("from 2001:db8::7, port 5432", "from …, port 5432"),
        ("ask ada@example.org or bo", "ask … or bo"),
        ("KeyError('Ada')", "KeyError(…)"),
        (
            'Key (item_id, voter)=(12, guest:abc) exists, "vote_once"',
            'Key (item_id, voter)=… exists, "vote_once"',
        ),
        ("token 8fK2mQ9xPL3vT7wZbN4cR6yD1hJ5", "token …"),
        ("session MTIzNDU2Nzg5:1a2b3c4d5e6f7g8h9i0j", "session …"),
        *((text, text) for text in ("The log can't be read, it isn't there", "at 12:34:56 in apps.realtime")),
        ("two\nlines\x1b[31m", "two lines [31m"),
        ("addr:10.0.0.1", "addr:…"),
        ("peer:10.0.0.1:80, ip.10.0.0.1", "peer:…, ip.…"),
        ("client:2001:db8::1 ffff:10.0.0.1", "client:… ffff:…"),
        ("from=[fe80::1%eth0]:4000", "from=[…%eth0]:4000"),
        ("::ffff:10.0.0.1 and 1:2:3:4:5:6:7:8", "… and …"),
        ("password=hunter2 sessionid=abcdef, then", "password=… sessionid=…, then"),
        ("Cookie: tutti_guest=abc; csrftoken=def", "Cookie: …"),
        ("Authorization: Bearer abcdef", "Authorization: …"),
        *((text, text) for text in ("std::string", "core::cache", "a :: b", "SessionError: it is over")),
    ],
)
def test_personal_data_is_masked(text: str, wanted: str) -> None:
    assert logs.masked(text) == wanted


ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)).map(str)
WORDS = st.text(string.ascii_letters + string.punctuation, max_size=12)


@given(
    words=WORDS, mark=st.sampled_from(":="), address=ADDRESSES, behind=st.sampled_from(["", ":80", ",", "."])
)
@example(words="addr", mark=":", address="2001:db8::1", behind=":80")
@example(words="bad:1", mark=":", address="2:3:4:5:6:7:8:9", behind="")
def test_an_ip_address_is_masked_after_any_text(words: str, mark: str, address: str, behind: str) -> None:
    if address == "::":  # without an owner
        return
    assert address not in logs.masked(f"{words}{mark}{address}{behind} and so on")


@given(st.datetimes(), st.lists(st.integers(0, 999), min_size=1, max_size=3))
def test_times_dates_and_versions_are_not_masked(at: datetime, numbers: list[int]) -> None:
    version = ".".join(map(str, numbers))
    text = f"at {at.isoformat()}Z, {at:%H:%M:%S}, version {version}, v{version}: frames.py:{numbers[0]}"
    assert logs.masked(text) == text


def test_a_long_text_is_masked_quickly() -> None:
    began = time.process_time()
    for text in (":" * 5000, "1:" * 2500, "1." * 2500, "ab " * 2500, "token" * 1000, "1:2::" * 40):
        logs.masked(text)
    assert time.process_time() - began < 5


# --- The file ----------------------------------------------------------------------------------------


def test_a_full_log_file_is_rotated_and_few_are_retained(
    log_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler: Any = logging.getLogger("tutti").handlers[-1]
    monkeypatch.setattr(handler, "maxBytes", 2000)
    for number in range(200):
        logging.getLogger("tutti").warning("line %s", number)
    files = sorted(log_file.parent.glob("django.log*"))
    assert len([file for file in files if file.suffix != ".lock"]) == 1 + logs.KEPT_FILES
    assert all(file.stat().st_size < 2200 for file in files)
    assert lines_of(log_file)[-1]["event"] == "line 199"


def test_the_log_file_is_readable_by_its_owner_only_and_recreated_if_deleted(log_file: Path) -> None:
    logging.getLogger("tutti").warning("first")
    log_file.rename(log_file.with_suffix(".old"))
    logging.getLogger("tutti").warning("second")
    assert [line["event"] for line in lines_of(log_file)] == ["second"]
    assert log_file.stat().st_mode & 0o777 == 0o600


def write_many(file: str, name: str, count: int) -> None:
    handler = logs.SharedRotatingFile(file)
    handler.maxBytes, handler.backupCount = 4000, 1000
    handler.setFormatter(logs.json_formatter())
    for number in range(count):
        handler.handle(logging.LogRecord(name, logging.INFO, "x.py", 1, f"{name}-{number}", None, None))


def test_no_line_of_several_processes_is_lost_by_a_rotation(tmp_path: Path) -> None:
    file = tmp_path / "django.log"
    context = multiprocessing.get_context("spawn")
    names = ("a", "b", "c")
    writers = [context.Process(target=write_many, args=(str(file), name, LINES)) for name in names]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        assert writer.exitcode == 0
    parts = [part for part in tmp_path.glob("django.log*") if part.suffix != ".lock"]
    assert len(parts) > 3
    written = [line["event"] for part in parts for line in lines_of(part)]
    assert sorted(written) == sorted(f"{name}-{number}" for name in names for number in range(LINES))


# --- What reaches a Sentry-compatible service, by a real report to one on this machine ---------------

# An error as core.errors logs one, of a request with personal data everywhere.
FAILING_REQUEST = """
import django
django.setup()
from django.test import RequestFactory
from core.errors import as_api_error
from core.request_context import within_request

def view(request):
    name = request.META["QUERY_STRING"]
    raise LookupError(f"nobody called '{name}' at {request.META['REMOTE_ADDR']}")

headers = {"Authorization": "Bearer sesame", "Cookie": "a=sesame"}
request = RequestFactory().get("/api/playlist/?zoltan", headers=headers)
with within_request(request_id="r-1", op_id="op-1"):
    try:
        view(request)
    except LookupError as error:
        as_api_error(error)
"""


@pytest.fixture
def service() -> Iterator[FakeService]:
    with FakeService({"/api/1/envelope/": answers({})}) as started:
        yield started


def test_an_error_report_has_the_location_and_no_personal_data(service: FakeService, tmp_path: Path) -> None:
    done = run_program(
        *("-c", FAILING_REQUEST),
        data=tmp_path,
        DJANGO_SETTINGS_MODULE="config.settings",
        SENTRY_DSN=f"http://key@127.0.0.1:{service.server_port}/1",
    )
    assert done.returncode == 0, done.stderr
    received = [
        gzip.decompress(asked.body) if asked.headers.get("content-encoding") == "gzip" else asked.body
        for asked in service.asked
    ]
    (envelope,) = [body for body in received if b'"exception"' in body]
    event = json.loads(envelope.splitlines()[2])
    (exception,) = event["exception"]["values"]
    assert (exception["type"], exception["value"]) == ("LookupError", "nobody called … at …")
    assert exception["stacktrace"]["frames"][-1]["function"] == "view"
    assert event["tags"] == {"request_id": "r-1", "op_id": "op-1"}
    sent = b"".join(received)
    for personal in (b"zoltan", b"sesame", b"remote_addr", b"127.0.0.1", b"server_name"):
        assert personal not in sent.lower(), personal

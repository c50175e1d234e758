"""The log lines of browsers' errors."""

import logging
import time
from typing import Any

import pytest

from apps.frontend.views import PageError, log_page_error
from core.logs import MAX_ERROR_CHARACTERS, json_formatter

CHROMIUM = """TypeError: Cannot read properties of undefined (reading 'id')
    at Qe.applied (http://party.example:4000/page/assets/index-DwW3k1aX.js:1:20417)
    at new Room (http://party.example:4000/page/assets/index-DwW3k1aX.js?token=abc:1:300)
    at async http://party.example:4000/page/assets/library-Bc2_-d9K.js:7:12
    at Array.map (<anonymous>)"""
FIREFOX = """applied@http://party.example:4000/page/assets/index-DwW3k1aX.js:1:20417
room/<@http://party.example:4000/page/assets/index-DwW3k1aX.js:1:300
@http://party.example:4000/page/assets/library-Bc2_-d9K.js:7:12
"""


@pytest.fixture
def line(caplog: pytest.LogCaptureFixture):
    """Returns an error's log line."""

    def logged(**fields: Any) -> str:
        caplog.clear()
        with caplog.at_level(logging.WARNING, logger="tutti.page"):
            log_page_error(PageError(**{"message": "it broke", **fields}))
        [record] = caplog.records
        text = json_formatter().format(record)
        assert "\n" not in text
        return text

    return logged


@pytest.mark.parametrize(
    ("stack", "room", "applied"),
    [(CHROMIUM, "Room", "Qe.applied"), (FIREFOX, "room/<", "applied")],
    ids=["Chromium", "Firefox"],
)
def test_a_stack_becomes_frames_innermost_last(line, stack: str, room: str, applied: str):
    assert (
        f'"frames": ["/page/assets/library-Bc2_-d9K.js:7:12", "/page/assets/index-DwW3k1aX.js:1:300 {room}", '
        f'"/page/assets/index-DwW3k1aX.js:1:20417 {applied}"]'
    ) in line(stack=stack)


@pytest.mark.parametrize(
    "fields",
    [
        {"message": "no answer of http://10.0.0.7:4000/api/rooms/adas-party/playlist/?guest=adas-party"},
        {"message": "10.0.0.7 said 'adas-party' to ada@party.example"},
        {"message": "GET /r/adas-party, /ws/playlist/adas-party/?since=10.0.0.7"},
        {"message": "the token g-adas-party:0a1b2c3d4e5f6a7b8c9d0e1f is old"},
        {"page": "http://10.0.0.7:4000/r/adas-party?token=adas-party#adas-party"},
        {"page": "adas-party"},
        {"page": "http://[adas-party"},
        {"source": "http://10.0.0.7/r/adas-party?adas-party", "line": 1, "column": 1},
        {"stack": "at f (http://10.0.0.7/r/adas-party?adas-party:1:2)\nadas-party\nat adas-party (10.0.0.7)"},
        {"stack": "f@http://adas-party/x.js#adas-party:1:2"},
    ],
)
def test_personal_data_is_not_logged(line, fields):
    text = line(**fields)

    assert "adas-party" not in text
    assert "10.0.0.7" not in text


def test_the_log_entry_is_one_line_of_limited_length(line):
    deep = "at f (http://x/page/assets/index-a.js:1:2)\n" * 200

    text = line(message="broken\r\nINFO all is well\u2028" * 400, stack=deep)

    assert len(text) < MAX_ERROR_CHARACTERS + 30 * 100 + 300


@pytest.mark.parametrize(
    "part", ["at ", "a/", "f@", "x://", "/a", ".", "(", "[as a] ", "1:", "?", "http://x/?"]
)
def test_malicious_stacks_are_parsed_quickly(line, part):
    begin = time.process_time()

    line(stack="\n".join([part * (10_000 // len(part) // 20)] * 20), message=part * (1000 // len(part)))

    assert time.process_time() - begin < 1

from typing import Any

import pytest
from django.test import override_settings

from config.banner import banner, ready_line

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a word here
HARMLESS = {"IS_SQLITE": True, "REDIS_URLS": [], "DEBUG": False, "RATE_LIMIT_FACTOR": 1}


def told(address: str = "127.0.0.1", *, lan: bool = False, **changed: object) -> str:
    with override_settings(**{**HARMLESS, **changed}):
        return banner(address, 4000, lan=lan)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "embedded: SQLite, in-memory channel layer, one process"),
        ({"IS_SQLITE": False}, "server: PostgreSQL, in-memory channel layer (Python"),
        (
            {"MAX_CONNECTIONS": 100, "MAX_CONNECTIONS_PER_ADDRESS": 7},
            "at most 100 (MAX_CONNECTIONS), 90 of them live; 7 of one address",
        ),
        ({}, "from this machine only; for the local network too: ./start-daphne.sh --lan"),
        ({}, "http://127.0.0.1:4000/"),
        ({"RATE_LIMIT_FACTOR": 0}, "RATE_LIMIT_FACTOR=0: nobody is slowed down"),
        ({"DEBUG": True}, "DEBUG is on"),
        ({"REDIS_URLS": ["redis://127.0.0.1:1/0"]}, "Redis (REDIS_URL) does not answer"),
    ],
)
def test_it_says_which_parts_are_used_and_what_is_dangerous(changed: dict[str, Any], expected: str):
    assert expected in told(**changed)


def test_more_connections_than_files_are_warned_of(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 1024))
    text = told(MAX_CONNECTIONS=10_000_000)

    assert "at most 768 (MAX_CONNECTIONS)" in text
    assert "MAX_CONNECTIONS=10000000, but open files (ulimit -n) allow 768" in text


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (["192.0.2.7"], "from the local network: http://192.0.2.7:4000/"),
        ([], "no network is connected now"),
    ],
)
def test_the_local_network_is_told_the_addresses(monkeypatch, own: list[str], expected: str):
    monkeypatch.setattr("config.banner.own_addresses", lambda: own)

    assert expected in told(EVERYWHERE, lan=True)


def test_another_address_says_by_which_names_it_is_reached():
    assert "on 192.0.2.7, as any of party.example" in told("192.0.2.7", ALLOWED_HOSTS=["party.example"])


def test_a_page_that_is_missing_or_of_before_is_told_and_a_whole_one_is_no_warning(settings, tmp_path):
    settings.PAGE_DIR = tmp_path / "dist"
    assert "Warning      the page is missing. It has not been built yet." in told("::1")

    settings.PAGE_DIR.mkdir()
    (settings.PAGE_DIR / "index.html").touch()
    assert "Warning" not in told()

    (tmp_path / "dist.problem").write_text("npm could not fetch it.\nStart again.\n")
    assert "the page is an earlier one. npm could not fetch it. Start again." in told("::1")


def test_the_line_that_others_wait_for():
    assert ready_line("127.0.0.1", 41234) == "Tutti is ready at http://127.0.0.1:41234/"
    assert ready_line("::", 4000) == "Tutti is ready at http://[::1]:4000/"

"""What the start says: where it listens, by which addresses others reach it, and why it cannot go on."""

import socket
from pathlib import Path

import pytest
from django.test import override_settings

from config.banner import banner
from config.listening import CannotListenError, bound_socket, reachable_host
from config.local_network import own_addresses, own_names
from config.reach import remember_reach, shared_addresses
from config.server import Exit
from core.tests.programs import run_program

NONSENSE = {"PORT": "http", "HEARTBEAT_SECONDS": "0", "RATE_LIMIT_FACTOR": "-1", "DEBUG": "maybe"}
NO_DATABASE = {"DATABASE_URL": "postgresql://ada:secret-word@127.0.0.1:1/tutti"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - a word here
OWN = ["192.0.2.7", "172.17.0.1"]
BOTH = ["http://192.0.2.7:4000/", "http://172.17.0.1:4000/"]


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "told"),
    [
        ([], NONSENSE, Exit.WRONG_SETTINGS, [*NONSENSE, *map(repr, NONSENSE.values())]),
        (
            *(["--port", "70000"], {}, Exit.WRONG_SETTINGS),
            ["PORT must be a whole number from 0 to 65535 (it is '70000')"],
        ),
        ([], NO_DATABASE, Exit.NO_DATABASE, ["PostgreSQL (DATABASE_URL) does not answer"]),
        (["--prot", "4000"], {}, Exit.WRONG_SETTINGS, ["unrecognized arguments: --prot"]),
    ],
    ids=["settings", "command line", "database", "option"],
)
def test_what_stops_the_start_is_named(tmp_path: Path, arguments, variables, code, told):
    """By a sentence and an exit code, never by a traceback."""
    ended = run_program("-m", "config.server", *arguments, data=tmp_path, **{"PORT": "0", **variables})
    assert ended.returncode == code
    assert [words for words in told if words not in ended.stderr] == []
    assert "secret-word" not in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_the_database_is_in_its_folder_whatever_that_is_called(tmp_path: Path):
    folder = "pä th #1 what? 100%25 a;b"
    run_program("manage.py", "migrate", "--check", data=tmp_path / folder)
    assert (tmp_path / folder / "db.sqlite3").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_host_that_is_not_ours_is_told(host: str):
    with pytest.raises(CannotListenError, match=f"HOST={host}"):
        bound_socket(host, 0).__enter__()


@pytest.mark.parametrize(
    ("host", "expected"),
    [*((host, host) for host in ("party.local", "[::1]")), (EVERYWHERE, "127.0.0.1"), ("::", "[::1]")],
)
def test_how_this_machine_reaches_it(host: str, expected: str):
    assert reachable_host(host) == expected


# --- By which addresses others reach it --------------------------------------------------------------


def fail(*_: object) -> None:
    raise OSError("unreachable")


def test_own_addresses_are_each_once_those_that_others_can_use_and_no_network_is_no_error(monkeypatch):
    """On a machine without a way out, whose name stands for these addresses."""
    known = ["127.0.1.1", "192.0.2.7", "172.17.0.1", "192.0.2.7"]
    monkeypatch.setattr(socket.socket, "connect", fail)
    monkeypatch.setattr(socket, "if_nameindex", list)
    monkeypatch.setattr(socket, "gethostname", lambda: "Laptop.home")
    monkeypatch.setattr(socket, "gethostbyname_ex", lambda _: ("laptop", [], known))
    assert own_addresses() == OWN
    assert own_names() == ["172.17.0.1", "192.0.2.7", "laptop", "laptop.home", "laptop.local"]
    monkeypatch.setattr(socket, "gethostbyname_ex", fail)
    assert own_addresses() == []


@pytest.fixture
def listening(settings, monkeypatch):
    """A server that listens so, by these names."""
    monkeypatch.setattr("config.reach.own_addresses", lambda: OWN)
    monkeypatch.setattr("config.reach.own_names", lambda: [*OWN, "laptop", "laptop.local"])

    def listen(address: str, *allowed: str, port: int) -> None:
        settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *allowed]
        remember_reach(address=address, port=port)

    return listen


@pytest.mark.parametrize(
    ("address", "allowed", "host", "expected"),
    [
        *((EVERYWHERE, OWN, host, BOTH) for host in ("localhost:4000", "127.0.0.1:4000", "[::1]:4000")),
        *((EVERYWHERE, OWN, host, BOTH) for host in ("tutti.localhost", "laptop.local:4000")),
        (EVERYWHERE, OWN, "172.17.0.1:4000", [*reversed(BOTH)]),
        *(("127.0.0.1", [], host, []) for host in ("localhost:4000", "127.0.0.1:4000", "laptop:4000")),
        (EVERYWHERE, OWN[1:], "localhost", BOTH[1:]),
        ("172.17.0.1", OWN, "localhost", BOTH[1:]),
        # Behind a proxy it is the name that the world knows.
        *((EVERYWHERE, [], host, [f"http://{host}/"]) for host in ("party.example:8080", "10.9.8.7:4001")),
    ],
)
def test_the_networks_addresses_the_one_that_was_asked_first(
    listening, address: str, allowed: list[str], host: str, expected: list[str]
):
    listening(address, *allowed, port=4000)
    assert shared_addresses(scheme="http", host=host) == expected


def test_http_s_own_port_is_not_named(listening):
    listening(EVERYWHERE, *OWN, port=80)
    assert shared_addresses(scheme="http", host="localhost") == ["http://192.0.2.7/", "http://172.17.0.1/"]


# --- What is shown -----------------------------------------------------------------------------------

HARMLESS = {"IS_SQLITE": True, "REDIS_URLS": [], "DEBUG": False, "RATE_LIMIT_FACTOR": 1}


def told(address: str = "127.0.0.1", **changed: object) -> str:
    with override_settings(**{**HARMLESS, **changed}):
        return banner(address, 4000, lan=False)


def test_what_is_dangerous_or_limited_is_told(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 1024))
    assert "DEBUG is on" in told(DEBUG=True)
    assert "100 (MAX_CONNECTIONS), 90 of them live" in told(MAX_CONNECTIONS=100)
    text = told(MAX_CONNECTIONS=10_000_000)
    assert "at most 768 (MAX_CONNECTIONS)" in text
    assert "MAX_CONNECTIONS=10000000, but open files (ulimit -n) allow 768" in text


def test_a_page_that_is_missing_or_of_before_is_told_and_a_whole_one_is_no_warning(settings, tmp_path: Path):
    settings.PAGE_DIR = tmp_path / "dist"
    assert "Warning      the web app is missing. It has not been built yet." in told("::1")

    settings.PAGE_DIR.mkdir()
    (settings.PAGE_DIR / "index.html").touch()
    assert "Warning" not in told()

    (tmp_path / "dist.problem").write_text("npm could not fetch it.\nStart again.\n")
    assert "the page is an earlier one. npm could not fetch it. Start again." in told("::1")

"""The start's output: listening address, URLs for other devices, reasons of failures."""

import socket
from pathlib import Path

import pytest
from django.test import override_settings

from core.network import local_addresses, local_hostnames, public_urls, set_public_urls
from core.tests.programs import run_program
from server.__main__ import Exit
from server.banner import banner
from server.connections import CannotListenError, bound_socket, reachable_host

INVALID = {"PORT": "http", "HEARTBEAT_SECONDS": "0", "RATE_LIMIT_FACTOR": "-1", "DEBUG": "maybe"}
NO_DATABASE = {"DATABASE_URL": "postgresql://ada:secret-word@127.0.0.1:1/tutti"}
EVERYWHERE = "0.0.0.0"  # noqa: S104 - only text here
OWN = ["192.0.2.7", "172.17.0.1"]
BOTH = ["http://192.0.2.7:4000/", "http://172.17.0.1:4000/"]


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "expected"),
    [
        ([], INVALID, Exit.INVALID_SETTINGS, [*INVALID, *map(repr, INVALID.values())]),
        (
            *(["--port", "70000"], {}, Exit.INVALID_SETTINGS),
            ["PORT must be a whole number from 0 to 65535 (it is '70000')"],
        ),
        ([], NO_DATABASE, Exit.NO_DATABASE, ["PostgreSQL (DATABASE_URL) is unavailable"]),
        (["--prot", "4000"], {}, Exit.INVALID_SETTINGS, ["unrecognized arguments: --prot"]),
    ],
    ids=["settings", "command line", "database", "option"],
)
def test_a_failed_start_reports_the_reason(tmp_path: Path, arguments, variables, code, expected):
    """With a sentence and an exit code, without a traceback."""
    ended = run_program("-m", "server", *arguments, data=tmp_path, **{"PORT": "0", **variables})
    assert ended.returncode == code
    assert [words for words in expected if words not in ended.stderr] == []
    assert "secret-word" not in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout


def test_the_data_folder_may_have_any_name(tmp_path: Path):
    folder = "pä th #1 what? 100%25 a;b"
    run_program("manage.py", "migrate", "--check", data=tmp_path / folder)
    assert (tmp_path / folder / "db.sqlite3").is_file()
    assert [path.name for path in tmp_path.iterdir()] == [folder]


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1"])
def test_a_foreign_host_is_reported(host: str):
    with pytest.raises(CannotListenError, match=f"HOST={host}"):
        bound_socket(host, 0).__enter__()


@pytest.mark.parametrize(
    ("host", "expected"),
    [*((host, host) for host in ("party.local", "[::1]")), (EVERYWHERE, "127.0.0.1"), ("::", "[::1]")],
)
def test_reachable_host(host: str, expected: str):
    assert reachable_host(host) == expected


# --- URLs for other devices --------------------------------------------------------------------------


def fail(*_: object) -> None:
    raise OSError("unreachable")


def test_own_addresses_are_unique_and_usable_and_no_network_is_not_an_error(monkeypatch):
    """On a machine without a route, whose name resolves to these IP addresses."""
    known = ["127.0.1.1", "192.0.2.7", "172.17.0.1", "192.0.2.7"]
    monkeypatch.setattr(socket.socket, "connect", fail)
    monkeypatch.setattr(socket, "if_nameindex", list)
    monkeypatch.setattr(socket, "gethostname", lambda: "Laptop.home")
    monkeypatch.setattr(socket, "gethostbyname_ex", lambda _: ("laptop", [], known))
    assert local_addresses() == OWN
    assert local_hostnames() == ["172.17.0.1", "192.0.2.7", "laptop", "laptop.home", "laptop.local"]
    monkeypatch.setattr(socket, "gethostbyname_ex", fail)
    assert local_addresses() == []


@pytest.fixture
def listening(settings, monkeypatch):
    """A server that listens with this configuration."""
    monkeypatch.setattr("core.network.local_addresses", lambda: OWN)
    monkeypatch.setattr("core.network.local_hostnames", lambda: [*OWN, "laptop", "laptop.local"])

    def listen(address: str, *allowed: str, port: int) -> None:
        settings.ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", *allowed]
        set_public_urls(address=address, port=port)

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
        # Behind a proxy it is the public name.
        *((EVERYWHERE, [], host, [f"http://{host}/"]) for host in ("party.example:8080", "10.9.8.7:4001")),
    ],
)
def test_urls_of_the_network_with_the_requested_one_first(
    listening, address: str, allowed: list[str], host: str, expected: list[str]
):
    listening(address, *allowed, port=4000)
    assert public_urls(scheme="http", host=host) == expected


def test_the_default_port_is_omitted(listening):
    listening(EVERYWHERE, *OWN, port=80)
    assert public_urls(scheme="http", host="localhost") == ["http://192.0.2.7/", "http://172.17.0.1/"]


# --- Banner ------------------------------------------------------------------------------------------

HARMLESS = {"IS_SQLITE": True, "REDIS_URLS": [], "DEBUG": False, "RATE_LIMIT_FACTOR": 1}


def shown(address: str = "127.0.0.1", **changed: object) -> str:
    with override_settings(**{**HARMLESS, **changed}):
        return banner(address, 4000, lan=False)


def test_the_banner_warns_of_dangers_and_limits(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 1024))
    assert "DEBUG is on" in shown(DEBUG=True)
    assert "100 (MAX_CONNECTIONS), 90 of them live" in shown(MAX_CONNECTIONS=100)
    text = shown(MAX_CONNECTIONS=10_000_000)
    assert "at most 768 (MAX_CONNECTIONS)" in text
    assert "MAX_CONNECTIONS=10000000, but open files (ulimit -n) allow 768" in text


def test_the_banner_warns_of_a_missing_or_outdated_web_app(settings, tmp_path: Path):
    settings.FRONTEND_DIR = tmp_path / "dist"
    assert "Warning      the web app is missing. It has not been built yet." in shown("::1")

    settings.FRONTEND_DIR.mkdir()
    (settings.FRONTEND_DIR / "index.html").touch()
    assert "Warning" not in shown()

    (tmp_path / "dist.problem").write_text("npm could not fetch it.\nStart again.\n")
    assert "the web app is outdated. npm could not fetch it. Start again." in shown("::1")

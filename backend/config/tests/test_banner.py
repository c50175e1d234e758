import pytest
from django.test import override_settings

from config.banner import banner, ready_line

EVERYWHERE = "0.0.0.0"  # noqa: S104 - a word here


@pytest.mark.parametrize(
    ("is_sqlite", "redis_urls", "expected"),
    [
        (True, [], "embedded: SQLite, in-memory channel layer, one process"),
        (False, [], "server: PostgreSQL, in-memory channel layer (Python"),
    ],
)
def test_the_mode_says_which_parts_are_used(is_sqlite, redis_urls, expected):
    with override_settings(IS_SQLITE=is_sqlite, REDIS_URLS=redis_urls):
        assert expected in banner("127.0.0.1", 4000, lan=False)


@override_settings(MAX_CONNECTIONS=100, MAX_CONNECTIONS_PER_ADDRESS=7)
def test_it_says_how_many_connections_it_holds():
    told = banner("127.0.0.1", 4000, lan=False)

    assert "at most 100 (MAX_CONNECTIONS), 90 of them live; 7 of one address" in told


@override_settings(MAX_CONNECTIONS=10_000_000)
def test_more_connections_than_files_are_warned_of(monkeypatch):
    monkeypatch.setattr("resource.getrlimit", lambda _: (1024, 1024))
    told = banner("127.0.0.1", 4000, lan=False)

    assert "at most 768 (MAX_CONNECTIONS)" in told
    assert "MAX_CONNECTIONS=10000000, but open files (ulimit -n) allow 768" in told


def test_this_machine_only_says_how_to_let_others_in():
    told = banner("127.0.0.1", 4000, lan=False)

    assert "from this machine only; for the local network too: ./start-daphne.sh --lan" in told
    assert "http://127.0.0.1:4000/" in told


def test_the_local_network_is_told_the_addresses(monkeypatch):
    monkeypatch.setattr("config.banner.own_addresses", lambda: ["192.0.2.7"])

    assert "from the local network: http://192.0.2.7:4000/" in banner(EVERYWHERE, 4000, lan=True)


def test_without_a_network_it_says_so(monkeypatch):
    monkeypatch.setattr("config.banner.own_addresses", list)

    assert "no network is connected now" in banner(EVERYWHERE, 4000, lan=True)


@override_settings(ALLOWED_HOSTS=["party.example"])
def test_another_address_says_by_which_names_it_is_reached():
    assert "on 192.0.2.7, as any of party.example" in banner("192.0.2.7", 4000, lan=False)


@pytest.mark.parametrize(
    ("setting", "value", "warning"),
    [
        ("RATE_LIMIT_FACTOR", 0, "RATE_LIMIT_FACTOR=0: nobody is slowed down"),
        ("DEBUG", True, "DEBUG is on"),
        ("REDIS_URLS", ["redis://127.0.0.1:1/0"], "Redis (REDIS_URL) does not answer"),
    ],
)
def test_what_is_dangerous_is_told(setting, value, warning):
    with override_settings(**{"IS_SQLITE": True, "REDIS_URLS": [], setting: value}):
        assert warning in banner("127.0.0.1", 4000, lan=False)


@pytest.fixture
def built_page(settings, tmp_path):
    settings.PAGE_DIR = tmp_path / "dist"
    settings.PAGE_DIR.mkdir()
    (settings.PAGE_DIR / "index.html").touch()
    return settings.PAGE_DIR


def test_nothing_dangerous_is_no_warning(built_page):
    with override_settings(IS_SQLITE=True, REDIS_URLS=[], DEBUG=False, RATE_LIMIT_FACTOR=1):
        assert "Warning" not in banner("127.0.0.1", 4000, lan=False)


def test_a_page_that_is_missing_is_told(settings, tmp_path):
    settings.PAGE_DIR = tmp_path / "dist"

    assert "Warning      the page is missing. It has not been built yet." in banner("::1", 4000, lan=False)


def test_a_page_of_before_is_told_with_the_reason(built_page):
    built_page.with_name("dist.problem").write_text("npm could not fetch it.\nStart again.\n")

    assert "the page is an earlier one. npm could not fetch it. Start again." in banner(
        "::1", 4000, lan=False
    )


def test_the_line_that_others_wait_for():
    assert ready_line("127.0.0.1", 41234) == "Tutti is ready at http://127.0.0.1:41234/"
    assert ready_line("::", 4000) == "Tutti is ready at http://[::1]:4000/"

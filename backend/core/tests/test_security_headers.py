"""Which headers go with every answer."""

from pathlib import Path
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from core.http_security import ALWAYS, SecurityHeadersMiddleware, policy_of, written
from core.tests.programs import run_program


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        *(("GET", path, {}) for path in ("/", "/api/", "/api/nothing", "/nothing", "/api/playlist")),
        *(("GET", path, {}) for path in ("/admin/login/", "/static/front_page.css", "/api/health/live")),
        *(("POST", path, {}) for path in ("/api/playlist/", "/admin/login/")),
        ("GET", "/api/", {"Host": "elsewhere.example"}),
        ("GET", "/metrics", {"X-Forwarded-For": "203.0.113.7"}),
        ("POST", "/api/playlist/", {"Origin": "https://evil.example"}),
        ("POST", "/api/playlist/", {"Idempotency-Key": "x" * 65}),
        (
            *("OPTIONS", "/api/playlist/"),
            {"Origin": "http://localhost:3000", "Access-Control-Request-Method": "GET"},
        ),
    ],
)
def test_every_response_has_the_security_headers(
    method: str, path: str, headers: dict[str, str], settings: Any
) -> None:
    settings.WHITENOISE_USE_FINDERS = True
    response = Client().generic(method, path, headers=headers)
    for name, value in ALWAYS.items():
        assert response.headers[name] == value, (response.status_code, name)
    assert response.headers["Content-Security-Policy"]
    response.close()


FORBIDS_ALL = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
REDOC_STYLES = (
    "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='"
    " 'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='"
)
WRITTEN = {
    **dict.fromkeys(
        ("/", "/r/main", "/r/main/"),
        f"{FORBIDS_ALL}; script-src 'self'; style-src 'self'; img-src 'self'; "
        "media-src 'self' blob:; connect-src 'self' ws://testserver; manifest-src 'self'; worker-src 'self'",
    ),
    "/service-worker.js": f"{FORBIDS_ALL}; connect-src 'self'",
    "/admin/login/": (
        "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'"
    ),
    "/api/docs/": (
        f"{FORBIDS_ALL}; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'"
    ),
    "/api/redoc/": (
        f"{FORBIDS_ALL}; script-src 'self'; style-src 'self' {REDOC_STYLES}; "
        "img-src 'self' data:; connect-src 'self'; worker-src blob:"
    ),
    "/api/gql/": f"{FORBIDS_ALL}; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'",
    **dict.fromkeys(("/api/", "/api/nothing", "/nothing"), FORBIDS_ALL),
}


@pytest.mark.django_db
@pytest.mark.parametrize("path", WRITTEN)
def test_the_policy_of_each_page_is_exact(path: str) -> None:
    """That it works with these words is tried in a browser (tests/browser)."""
    response = Client().get(path)
    assert response.headers["Content-Security-Policy"] == WRITTEN[path]
    response.close()


def test_production_settings_pass_djangos_own_check(tmp_path: Path) -> None:
    check = ("manage.py", "check", "--deploy", "--fail-level", "WARNING")
    done = run_program(
        *check, data=tmp_path, HTTPS_ONLY="true", TRUSTED_PROXIES="1", ALLOWED_HOSTS="party.example"
    )
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_with_https_only_writes_over_http_are_rejected_and_reads_redirected(settings, method: str) -> None:
    settings.HTTPS_ONLY = settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 3600
    response = Client().generic(method, "/api/rooms/")
    assert (response.status_code, response.json()["error"]) == (
        403,
        {"code": "PERMISSION_DENIED", "message": "Writes must use HTTPS.", "details": {}},
    )
    assert Client().get("/api/rooms/").headers["Location"] == "https://testserver/api/rooms/"
    assert Client().generic(method, "/api/rooms/", secure=True).status_code not in {301, 403}
    assert Client().get("/", secure=True).headers["Strict-Transport-Security"] == "max-age=3600"
    assert Client().get("/api/health/live").status_code == 200


# --- The page ----------------------------------------------------------------------------------------


def shown(path: str, host: str, *, is_https: bool) -> Any:
    asked = RequestFactory().get(path, secure=is_https, headers={"Host": host})
    return SecurityHeadersMiddleware(lambda _request: HttpResponse())(asked)


def page_policy(path: str = "/", *, host: str = "localhost:4000", is_https: bool = False) -> dict[str, str]:
    """As a browser reads it."""
    parts = shown(path, host, is_https=is_https).headers["Content-Security-Policy"].split("; ")
    return dict(part.split(" ", 1) for part in parts)


def test_configured_hosts_may_serve_covers_and_players_over_https(settings) -> None:
    assert "frame-src" not in page_policy()  # so that default-src counts
    settings.COVER_HOSTS = ["covers.example", "b.example"]
    settings.EMBED_HOSTS = ["open.spotify.com", "w.soundcloud.com"]

    policy = page_policy("/r/main")

    assert policy["img-src"] == "'self' covers.example b.example"
    assert policy["frame-src"] == "https://open.spotify.com https://w.soundcloud.com"
    assert [name for name, sources in policy.items() if "example" in sources] == ["img-src"]
    assert [name for name, sources in policy.items() if "spotify" in sources] == ["frame-src"]
    assert "spotify" not in written(policy_of(RequestFactory().get("/admin/")))


def test_the_policy_names_the_socket_by_the_requested_host_if_allowed(settings) -> None:
    settings.ALLOWED_HOSTS = ["party.example", "[::1]", "localhost"]

    assert page_policy(host="party.example", is_https=True)["connect-src"] == "'self' wss://party.example"
    assert page_policy(host="party.example:81")["connect-src"] == "'self' ws://party.example:81"
    # A policy has no word for the first.
    for host in ("[::1]:4000", "evil.example", "localhost; script-src *", "localhost evil.example"):
        policy = page_policy(host=host)
        assert (policy["connect-src"], policy["script-src"]) == ("'self'", "'self'")


# --- Where browsers trust the way --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "is_https", "is_told"),
    [
        *((host, False, True) for host in ("localhost", "localhost:4000", "127.0.0.1:4000", "[::1]:4000")),
        *((host, False, False) for host in ("192.0.2.7:4000", "party.example", "localhost.example", "")),
        *((host, True, True) for host in ("192.0.2.7", "party.example")),
    ],
)
def test_windows_are_isolated_from_other_origins(host: str, is_https: bool, is_told: bool) -> None:
    response = shown("/", host, is_https=is_https)
    assert ("Cross-Origin-Opener-Policy" in response.headers) is is_told

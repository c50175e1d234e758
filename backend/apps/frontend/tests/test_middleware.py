"""Serving the built web app: paths, caching, compression, preloaded messages.

Tests with a real build: tests/page/test_served.py.
"""

import gzip
import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

INDEX = "<!doctype html><title>Tutti</title>"
SCRIPT = "/page/assets/index-DwW3k1aX.js"
CODE = "export const it = 'works';" * 20
MANIFEST = {
    "index.html": {"file": "assets/index-DwW3k1aX.js", "dynamicImports": ["src/locales/de.ts"]},
    "_numbers-Dn5xCOWt.js": {"file": "assets/numbers-Dn5xCOWt.js"},
    "src/locales/de.ts": {"file": "assets/de-D_I0bxsb.js", "imports": ["_numbers-Dn5xCOWt.js"]},
    "src/locales/en.ts": {"file": "assets/en-Cq1xPw0z.js", "imports": ["_numbers-Dn5xCOWt.js"]},
}
NUMBERS = "</page/assets/numbers-Dn5xCOWt.js>; rel=modulepreload"
GERMAN = f"</page/assets/de-D_I0bxsb.js>; rel=modulepreload, {NUMBERS}"
ENGLISH = f"</page/assets/en-Cq1xPw0z.js>; rel=modulepreload, {NUMBERS}"
YEAR = "public, max-age=31536000, immutable"


@pytest.fixture
def page(settings, tmp_path: Path) -> Path:
    """A minimal built web app."""
    folder = tmp_path / "dist"
    files = {
        **{"index.html": INDEX, "service-worker.js": "self", "icon.svg": "<svg/>"},
        **{"assets/index-DwW3k1aX.js": CODE, "manifest.webmanifest": "{}"},
        **{".vite/manifest.json": json.dumps(MANIFEST), ".stamp": "abc"},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    (folder / "assets/index-DwW3k1aX.js.gz").write_bytes(gzip.compress(CODE.encode()))
    settings.FRONTEND_DIR = folder
    return folder


@pytest.fixture
def client(page: Path) -> Client:
    return Client()


def get(client: Client, path: str, **headers: str) -> Any:
    return client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_without_graphiql_browsers_see_how_to_build_it_and_programs_use_the_api(client: Client, page: Path):
    response = get(client, "/api/gql/", accept="text/html,*/*;q=0.8")
    rejected = get(client, "/api/gql/", accept="application/json")
    (page / "graphiql").mkdir()
    (page / "graphiql" / "index.html").write_text("built meanwhile")
    later = get(client, "/api/gql/", accept="text/html")
    schema = get(client, "/api/schema.graphql", accept="text/html,*/*;q=0.8")

    assert (response.status_code, response["Cache-Control"]) == (404, "no-store")
    assert "Accept" in response["Vary"]
    assert "default-src 'none'" in response["Content-Security-Policy"]
    for words in ("<code>make graphiql</code>", 'lang="en"', 'href="/api/schema.graphql"'):
        assert words in response.content.decode()
    assert "<script" not in response.content.decode()
    assert "restart the server" in later.content.decode()
    assert "make graphiql" not in later.content.decode()
    assert rejected.status_code == 405
    assert (schema.status_code, schema["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert "type Query {" in schema.content.decode()
    assert client.post("/api/schema.graphql").status_code == 405


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/", "/r/main", "/r/main/", "/r/a-room-that-nobody-has-made", "/r/main/screen", "/?x=1"]
)
def test_the_web_app_is_served_for_every_room(client: Client, path: str):
    response = client.get(path)

    # Link previews of existing rooms: tests/page/test_served.py.
    of_room = "Main room · Tutti" if "main" in path else "Tutti"
    assert (response.status_code, f"<title>{of_room}</title>" in response.content.decode()) == (200, True)
    assert ("og:" in response.content.decode()) == ("main" in path)
    assert response.headers["Content-Type"].startswith("text/html")
    assert response.headers["Cache-Control"] == "no-cache"


NO_ROOMS = ["/r", "/r/", "/r/a/b", f"/r/{'a' * 51}", "/r/a_b", "/r/BAD_slug!", "/r/a%0A", "/r/K%C3%BCche"]
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


@pytest.mark.parametrize("path", [*NO_ROOMS, "/r/Kitchen"])
@pytest.mark.parametrize("accept", [None, "*/*", "application/json"])
def test_invalid_room_paths_receive_404(client: Client, path: str, accept: str | None):
    response = get(client, path, **({"Accept": accept} if accept else {}))

    assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert response.headers["Vary"] == "Accept"


@pytest.mark.parametrize("path", NO_ROOMS)
def test_browsers_receive_the_web_app_for_invalid_rooms(client: Client, path: str):
    etag = client.get("/").headers["ETag"]
    response = get(client, path, Accept=HTML, If_None_Match=etag)

    assert (response.status_code, response.content.decode()) == (404, INDEX)
    assert "script-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Accept" in response.headers["Vary"].split(", ")


@pytest.mark.parametrize(
    ("path", "meant"),
    [("/r/Kitchen", "/r/kitchen"), ("/r/KITCHEN-2/?a=B", "/r/kitchen-2/?a=B"), ("/r/Main", "/r/main")],
)
def test_capitals_redirect_browsers_to_the_room(client: Client, path: str, meant: str):
    response = get(client, path, Accept=HTML)

    assert (response.status_code, response.headers["Location"]) == (301, meant)
    assert response.headers["Vary"] == "Accept"


def test_unknown_paths_serve_the_web_app_to_browsers_and_errors_to_programs(client: Client):
    for path in ("/nonsense", "/rooms/main/", "/page/assets/gone.js"):
        response = client.get(path, headers={"Accept": "text/html,*/*;q=0.8"})
        page = client.get("/")
        assert (response.status_code, response.content) == (404, page.content)
        assert response["Content-Security-Policy"] == page["Content-Security-Policy"]
        for accept in ("*/*", "application/json"):
            response = client.get(path, headers={"Accept": accept})
            assert (response.status_code, response.json()["error"]["code"]) == (404, "NOT_FOUND")
            assert "Accept" in response.headers["Vary"]
    below = client.get("/api/nonsense/", headers={"Accept": "text/html"})
    assert (below.status_code, below.json()["error"]["code"]) == (404, "NOT_FOUND")


def test_another_build_of_equal_size_and_time_has_another_etag(settings, page: Path):
    before = Client().get("/").headers["ETag"]
    index = page / "index.html"
    times = (index.stat().st_atime, index.stat().st_mtime)
    index.write_text(INDEX.upper())
    os.utime(index, times)

    response = get(Client(), "/", If_None_Match=before)

    assert (response.status_code, response.content.decode()) == (200, INDEX.upper())


@pytest.mark.parametrize(
    ("path", "kept", "kind"),
    [
        (SCRIPT, YEAR, "text/javascript"),
        ("/page/manifest.webmanifest", "no-cache", "application/manifest+json"),
        ("/page/icon.svg", "no-cache", "image/svg+xml"),
        ("/service-worker.js", "no-cache", "text/javascript"),
    ],
)
def test_hashed_files_are_cached_for_a_year_and_others_are_revalidated(
    client: Client, path: str, kept: str, kind: str
):
    response = client.get(path)

    assert (response.status_code, response.headers["Cache-Control"]) == (200, kept)
    assert response.headers["Content-Type"].startswith(kind)


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip", "gzip"), ("identity", None), (None, None)])
def test_the_smallest_accepted_encoding_is_served(client: Client, accepted, encoding):
    response = get(client, SCRIPT, **({"Accept_Encoding": accepted} if accepted else {}))
    assert response.headers.get("Content-Encoding") == encoding
    assert response.headers["Vary"] == "Accept-Encoding"
    assert int(response.headers["Content-Length"]) == len(response.content)


def test_head_has_no_content(client: Client):
    for path in ("/", SCRIPT):
        got, asked = client.get(path), client.head(path)
        assert (asked.status_code, asked.content) == (200, b"")
        for name in ("ETag", "Cache-Control", "Content-Length", "Content-Type"):
            assert asked.headers[name] == got.headers[name]


@pytest.mark.parametrize("method", ["post", "put", "delete", "options"])
def test_other_methods_and_foreign_hosts_are_rejected(client: Client, method: str):
    response = getattr(client, method)("/")
    assert (response.status_code, response.headers["Allow"]) == (405, "GET, HEAD")
    assert response.json()["error"]["code"] == "METHOD_NOT_ALLOWED"
    for path in ("/r/", "/r/Kitchen"):
        assert getattr(client, method)(path, headers={"Accept": HTML}).status_code == 404
    for path in ("/", "/r/"):
        assert get(client, path, Host="evil.example", Accept=HTML).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/page/",
            "/page/index.html",
            "/page/service-worker.js",
            "/page/.stamp",
            "/page/.vite/manifest.json",
        ),
        *(f"{SCRIPT}.gz", "/page/assets/index-00000000.js", "/page/../dist/index.html", "/index.html"),
    ],
)
def test_other_files_of_the_folder_are_not_served(client: Client, path: str):
    assert client.get(path).status_code == 404


def test_a_new_build_does_not_affect_a_running_server(client: Client, page: Path):
    client.get("/")
    page.rename(page.with_name("gone"))

    assert client.get("/").content.decode() == INDEX
    assert client.get(SCRIPT).content.decode() == CODE


# --- Preloaded messages ------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        *((response, GERMAN) for response in ("de", "de-AT,de;q=0.9,en;q=0.8", "en;q=0.5, de;q=0.9")),
        ("fr-FR,fr;q=0.9,de;q=0.8,en;q=0.7", GERMAN),
        *((response, ENGLISH) for response in ("en-GB,de;q=0.5", "fr", "*", "")),
        *((response, ENGLISH) for response in ("../../secret,%%%;q=x", "x" * 5000)),
    ],
)
def test_messages_of_the_accepted_language_are_preloaded_only_with_the_web_app(
    client: Client, accepted: str, words: str
):
    answer = get(client, "/r/main", Accept_Language=accepted)
    assert answer.headers["Link"] == words
    assert "Accept-Language" in answer.headers["Vary"]
    again = get(client, "/r/main", Accept_Language=accepted, If_None_Match=answer.headers["ETag"])
    assert (again.status_code, again.headers["Link"]) == (304, words)
    assert "Link" not in get(client, "/page/icon.svg", Accept_Language=accepted).headers


def test_without_a_manifest_nothing_is_preloaded(page: Path):
    (page / ".vite" / "manifest.json").unlink()
    response = get(Client(), "/", Accept_Language="de")
    assert (response.status_code, "Link" in response.headers) == (200, False)


# --- Without a built page ------------------------------------------------------------------------------


def test_without_a_build_the_front_page_gives_the_reason(settings, tmp_path: Path):
    bare = tmp_path
    settings.FRONTEND_DIR = bare / "dist"
    client = Client()
    response = client.get("/r/main")
    assert (response.status_code, response.headers["Cache-Control"]) == (200, "no-store")
    assert "It has not been built yet." in response.content.decode()
    assert [client.get(path).status_code for path in ("/service-worker.js", SCRIPT)] == [404, 404]

    (bare / "dist.problem").write_text("npm could not <fetch> it.\nConnect & start again.\n")
    text = client.get("/").content.decode()
    assert "npm could not &lt;fetch&gt; it." in text
    assert re.search(r"What to do:</strong> Connect &amp; start again.<", text)

    (bare / "dist.problem").unlink()
    (bare / "dist").mkdir()
    (bare / "dist" / "index.html").write_text(INDEX)
    assert "Restart the server." in client.get("/").content.decode()

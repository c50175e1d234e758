"""The real page as a real server gives it: every file is there, small, and kept as long as it may be."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import ReadyMadeData
from tests.processes import TuttiServer

YEAR = "public, max-age=31536000, immutable"
REFERENCES = re.compile(r'(?:src|href)="([^"]+)"')


@pytest.fixture
def reader(site: TuttiServer) -> Iterator[httpx.Client]:
    with site.client(headers={"Accept-Encoding": "gzip"}) as http:
        yield http


def references(page: str) -> list[str]:
    return REFERENCES.findall(page)


def test_all_that_it_refers_to_is_its_own_and_kept_for_as_long_as_may_be(reader: httpx.Client):
    found = references(reader.get("/").text)

    assert len(found) >= 4
    for address in found:
        assert address.startswith("/page/"), address
        answer = reader.get(address)
        assert answer.status_code == 200, address
        kept = YEAR if address.startswith("/page/assets/") else "no-cache"
        assert answer.headers["Cache-Control"] == kept, address


def test_every_script_of_the_build_is_given_compressed(reader: httpx.Client, built_page: Path):
    scripts, styles = ([*(built_page / "assets").glob(f"*.{kind}")] for kind in ("js", "css"))
    assert scripts
    assert styles
    for path in [*scripts, *styles]:
        answer = reader.head(f"/page/assets/{path.name}", headers={"Accept-Encoding": "gzip, br"})
        assert answer.headers["Content-Encoding"] == "br", path.name
        assert answer.headers["Cache-Control"] == YEAR
        assert int(answer.headers["Content-Length"]) < path.stat().st_size
        assert gzip.decompress(path.with_name(f"{path.name}.gz").read_bytes()) == path.read_bytes()


def test_what_a_browser_has_already_costs_it_an_empty_answer(reader: httpx.Client):
    first = reader.get("/")

    again = reader.get("/", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.content) == (304, b"")


def test_a_page_of_the_build_has_no_code_or_style_of_its_own(reader: httpx.Client):
    page = reader.get("/").text

    assert re.findall(r"<script(?![^>]*\bsrc=)", page) == []
    assert re.findall(r"<style|\sstyle=|\son\w+=", page) == []


def test_its_manifest_names_icons_that_are_there_in_their_sizes(reader: httpx.Client):
    manifest = reader.get("/page/manifest.webmanifest")

    assert (manifest.json()["start_url"], manifest.json()["scope"]) == ("/", "/")
    sizes = set()
    for icon in manifest.json()["icons"]:
        answer = reader.get(f"/page/{icon['src']}")
        assert answer.headers["Content-Type"].split(";")[0] == icon["type"]
        if icon["type"] == "image/png":
            width, height = (int.from_bytes(answer.content[at : at + 4]) for at in (16, 20))
            assert f"{width}x{height}" == icon["sizes"]
            sizes.add((icon["sizes"], icon.get("purpose")))
    assert sizes == {("192x192", None), ("512x512", None), ("512x512", "maskable")}


def test_the_server_shows_the_same_sign_elsewhere(reader: httpx.Client):
    assert reader.get("/favicon.ico", follow_redirects=True).content == reader.get("/page/icon.svg").content


def test_loading_it_counts_against_no_limit_and_sets_no_cookie(
    built_page: Path, ready_made_data: ReadyMadeData
):
    """A caller has 12 requests a minute here, for all else."""
    options = ready_made_data.options("embedded")
    with TuttiServer(**options, rate_limit_factor="0.02") as server, server.client() as reader:
        address = next(one for one in references(reader.get("/").text) if one.endswith(".js"))
        answers = [reader.get(path) for path in ["/", "/r/main", address] * 6]
        others = [reader.get("/api/tracks/") for _ in range(13)]

    assert {answer.status_code for answer in answers} == {200}
    assert not any("Set-Cookie" in answer.headers for answer in answers)
    assert others[0].status_code == 200
    assert others[-1].status_code == 429


def test_the_service_worker_knows_exactly_the_files_of_this_build(reader: httpx.Client, built_page: Path):
    worker = reader.get("/service-worker.js")

    known = set(re.findall(r"/page/assets/[\w.-]+", worker.text))
    assert known == {
        f"/page/assets/{path.name}"
        for path in (built_page / "assets").iterdir()
        if path.suffix in {".js", ".css"}
    }
    assert worker.headers["Content-Type"].startswith("text/javascript")

"""Which words a browser is told to fetch with the page, before the page's script asks for them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

MANIFEST = {
    "index.html": {"file": "assets/index-DwW3k1aX.js", "dynamicImports": ["src/words/de.ts"]},
    "_numbers-Dn5xCOWt.js": {"file": "assets/numbers-Dn5xCOWt.js"},
    "src/words/de.ts": {"file": "assets/de-D_I0bxsb.js", "imports": ["_numbers-Dn5xCOWt.js"]},
    "src/words/en.ts": {"file": "assets/en-Cq1xPw0z.js", "imports": ["_numbers-Dn5xCOWt.js"]},
}
NUMBERS = "</page/assets/numbers-Dn5xCOWt.js>; rel=modulepreload"
GERMAN = f"</page/assets/de-D_I0bxsb.js>; rel=modulepreload, {NUMBERS}"
ENGLISH = f"</page/assets/en-Cq1xPw0z.js>; rel=modulepreload, {NUMBERS}"


@pytest.fixture
def page(settings, tmp_path: Path) -> Path:
    """A built page, as far as its words matter."""
    folder = tmp_path / "dist"
    (folder / ".vite").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Tutti</title>")
    (folder / "icon.svg").write_text("<svg/>")
    (folder / ".vite" / "manifest.json").write_text(json.dumps(MANIFEST))
    settings.PAGE_DIR = folder
    return folder


def get(path: str, accepted: str | None) -> Any:
    return Client().get(path, headers={} if accepted is None else {"Accept-Language": accepted})


@pytest.mark.parametrize(
    ("accepted", "words"),
    [
        *((told, GERMAN) for told in ("de", "de-AT,de;q=0.9,en;q=0.8", "en;q=0.5, de;q=0.9")),
        ("fr-FR,fr;q=0.9,de;q=0.8,en;q=0.7", GERMAN),
        *((told, ENGLISH) for told in ("en-GB,de;q=0.5", "fr", "*", "", None)),
        *((told, ENGLISH) for told in ("../../secret,%%%;q=x", "x" * 5000)),
    ],
)
@pytest.mark.usefixtures("page")
def test_those_of_the_readers_language_come_with_the_page(accepted: str | None, words: str):
    answer = get("/r/main", accepted)

    assert answer.headers["Link"] == words
    assert "Accept-Language" in answer.headers["Vary"]


def test_an_answer_that_nothing_has_changed_names_them_too_and_other_files_none(page: Path):
    mark = get("/", "de").headers["ETag"]

    answer = Client().get("/", headers={"Accept-Language": "de", "If-None-Match": mark})

    assert (answer.status_code, answer.headers["Link"]) == (304, GERMAN)
    assert "Link" not in get("/page/icon.svg", "de").headers


def test_a_page_of_which_nothing_is_noted_comes_without_them(page: Path):
    (page / ".vite" / "manifest.json").unlink()

    answer = get("/", "de")

    assert (answer.status_code, "Link" in answer.headers) == (200, False)

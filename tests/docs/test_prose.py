"""All texts use the words of the glossary, in documents, code and the web app."""

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.prose import GLOSSARY, INSTEAD, faults_of, words_not_used
from tests.docs.pages import PROJECT

CONCEPTS = 42
FIRST_FOLDERS = ("apps/", "core/", "server/")


def concepts() -> list[list[str]]:
    lines = GLOSSARY.read_text().splitlines()
    rows = [
        [cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if line.startswith("| ")
    ]
    return [row for row in rows if len(row) == 5 and row[0] != "concept"]


def faults(path: str, text: str) -> list[tuple[int, str]]:
    return [(line, words) for line, words, _ in faults_of(path, text)]


def test_all_texts_use_the_words_of_the_glossary() -> None:
    done = subprocess.run([sys.executable, PROJECT / "scripts" / "prose.py"], capture_output=True, text=True)

    assert (done.stdout, done.returncode) == ("", 0)


def test_the_glossary_is_complete_linked_and_names_existing_files() -> None:
    rows = concepts()
    words = [word for _, word, _, _, _ in rows]
    files = [file for row in rows for file in row[3].replace("`", "").split(", ")]

    assert len(rows) >= CONCEPTS
    assert len(set(words)) == len(words)
    assert all(cell for row in rows for cell in row)
    assert [file for file in files if not (folder_of(file) / file).is_file()] == []
    for page in ("README.md", "CONTRIBUTING.md"):
        assert "(docs/glossary.md)" in (PROJECT / page).read_text(), page


def folder_of(file: str) -> Path:
    return PROJECT / "backend" if file.startswith(FIRST_FOLDERS) else PROJECT


def test_the_list_of_words_is_read_from_the_glossary() -> None:
    glossary = (
        "| concept | word | meaning | code | not used |\n|---|---|---|---|---|\n"
        "| a | response | b `code` | `c.py` | `answer*`, `kept word` |\n| d | seq | e | `f.py` | – |\n\n"
        "| not used | write |\n|---|---|\n| `of now` | current |\n"
    )

    assert words_not_used(glossary) == {"answer*": "response", "kept word": "response", "of now": "current"}
    assert words_not_used(GLOSSARY.read_text()) == INSTEAD
    assert {word for _, _, _, _, cell in concepts() for word in cell.split("`")[1::2]} < set(INSTEAD)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/charts.md", "First line.\nIt refuses a list."),
        (".env.example", "# First line.\n# It refuses a list."),
        ("backend/apps/charts/views.py", '"""One.\nIt refuses a list.\n"""'),
        ("backend/apps/charts/views.py", "x = 1\ny = 2  # it refuses a list"),
        ("backend/apps/charts/tests/test_views.py", "\ndef test_a_view_refuses_a_list(): ..."),
        ("backend/apps/charts/errors.py", '\nraise Failed("it refuses a list")'),
        ("backend/apps/charts/services.py", '\nlogger.info("list_refuses")'),
        ("backend/apps/charts/services.py", '\n@log_action("refuses_list")\ndef f(): ...'),
        ("frontend/src/store/charts.ts", "\n// it refuses a list"),
        ("frontend/src/store/charts.ts", "/* First line,\nit refuses a list */"),
        ("frontend/src/store/charts.test.ts", '\ntest("refuses a list", () => {})'),
        ("frontend/src/locales/en.ts", '\n  list: "It refuses a list",'),
        ("frontend/src/locales/lazy/de.ts", "\n  list: (x) => `${x} refuses`,"),
    ],
)
def test_a_word_is_found_in_each_kind_of_text(path: str, text: str) -> None:
    assert faults(path, text) == [(2, "refuses")]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("docs/charts.md", "Health is `refused`.\n```\nrefused\n```"),
        ("backend/apps/charts/views.py", 'refused = {"refused": refuses()}'),
        ("backend/apps/charts/tests/test_views.py", 'send("it refuses a list")'),
        ("frontend/src/store/charts.ts", 'const refused = "https://refuses/";'),
        ("frontend/src/locales/en.ts", "refused: (told: string) => `X ${told}`,"),
    ],
)
def test_code_and_wire_names_are_exempt(path: str, text: str) -> None:
    assert faults(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("frontend/src/locales/en.ts", 'a: "You\'re offline",', "'"),
        ("frontend/src/locales/lazy/de.ts", "a: `Wie geht's`,", "'"),
        ("frontend/src/locales/en.ts", 'a: "Loading...",', "..."),
        ("frontend/src/locales/en.ts", 'a: "Loading …",', " …"),
        ("frontend/src/locales/de.ts", 'a: "Wird geladen…",', "…"),
    ],
)
def test_apostrophes_and_ellipses_of_messages_are_typographic(path: str, text: str, found: str) -> None:
    assert faults(path, text) == [(1, found)]


def test_correct_typography_is_no_fault() -> None:
    assert (
        faults("frontend/src/locales/de.ts", 'x: { ...forms, a: "Wird geladen …", b: "Wie geht’s?" }') == []
    )
    assert faults("frontend/src/locales/en.ts", 'x: { ...forms, a: "Loading…", b: "You’re offline" }') == []

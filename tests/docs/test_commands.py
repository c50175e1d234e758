"""The commands, files, tests and names that the pages tell people to use are there."""

import re
import subprocess

import pytest
from django.core.management import get_commands

from tests.docs.pages import PROJECT

PAGES = {page.name: page.read_text() for page in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]}
SPAN = re.compile(r"`([^`\n]+)`")
OUR_FOLDERS = ("backend/", "tests/", "docs/", "scripts/", "requirements/", "deploy/")
DEFINED = re.compile(r"^(?:async )?(?:def|class) (\w+)|^([A-Z_]+)(?:: .+)? = ", re.MULTILINE)


def commands(text: str) -> list[str]:
    """What stands as code, in lines or as lines of its own."""
    return [*SPAN.findall(text), *re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)]


def named_on_pages(pattern: str) -> set[tuple[str, str]]:
    """What commands of the pages name, each with its page; there is something."""
    named = {
        (name, found[1])
        for name, page in PAGES.items()
        for one in commands(page)
        if (found := re.search(pattern, one))
    }
    assert named
    return named


def test_documented_make_targets_and_commands_exist() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    assert {reported for reported in named_on_pages(r"^make ([a-z]+)") if reported[1] not in targets} == set()
    known = get_commands().keys()
    assert {
        reported for reported in named_on_pages(r"manage\.py ([a-z_]+)") if reported[1] not in known
    } == set()


@pytest.mark.parametrize("script", ["start-daphne.sh", "run-tests.sh"])
def test_documented_options_of_scripts_exist(script: str) -> None:
    """Those of pytest are not ours to know."""
    reported = named_on_pages(rf"^(.*\./{re.escape(script)} .*)")
    given = [re.split(r"\s{2,}", line)[0] for _, line in reported]
    options = {option for line in given for option in re.findall(r" (--[a-z-]+)", line)}
    command = [PROJECT / script, "--help"]
    known = subprocess.run(command, capture_output=True, text=True, check=True, cwd=PROJECT).stdout

    assert options
    assert {option for option in options if option not in known} == set()


def test_documented_files_and_folders_exist() -> None:
    chosen = [
        reported for reported in commands(PAGES["CONTRIBUTING.md"]) if reported.startswith("./run-tests.sh ")
    ]
    named = {span for page in PAGES.values() for span in SPAN.findall(page)}
    named |= {word for reported in chosen for word in reported.split()}
    paths = {one for one in named if one.startswith(OUR_FOLDERS) and re.fullmatch(r"[\w./*-]+", one)}

    assert len(paths) > len(PAGES)
    assert [path for path in paths if not list(PROJECT.glob(path.rstrip("/")))] == []


def test_documented_tests_and_constants_exist() -> None:
    reported = SPAN.findall(PAGES["CONTRIBUTING.md"])
    named = {name for name in reported if re.fullmatch(r"test_\w+|_?[A-Z][A-Z_]+", name)}
    sources = [path.read_text() for name in ("backend", "tests") for path in (PROJECT / name).rglob("*.py")]
    defined = {first or second for source in sources for first, second in DEFINED.findall(source)}

    assert len(named) > 10
    assert named - defined == set()

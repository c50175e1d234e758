"""When the page can't be built: why and what to do is told, and the server starts all the same."""

import os
import pwd
import subprocess
from pathlib import Path

import pytest

from tests.page.node import node_script
from tests.page.projects import LOST_PACKAGE, NO_PACKAGES, REAL_PACKAGE, Project, path_without
from tests.services import ROOT


def check_told(project: Project, done: subprocess.CompletedProcess[str], why: str, what_to_do: str) -> None:
    assert done.returncode == 0, "it would keep the server from starting"
    assert f"The page could not be built. {why} {what_to_do}" in done.stderr
    assert project.problem.read_text() == f"{why}\n{what_to_do}\n"
    assert "Traceback" not in done.stderr


def test_packages_that_npm_can_not_fetch(project: Project):
    project.lock(lost=LOST_PACKAGE)

    done = project.make()

    why = "npm could not fetch what it is built of."
    check_told(
        project,
        done,
        why,
        "Connect this machine to the internet and start again; what npm said stands on the terminal.",
    )
    assert "ECONNREFUSED" in done.stderr
    assert (project.page, project.builds) == (None, 0)


def test_an_npm_that_does_not_work(project: Project, tmp_path: Path):
    path = path_without(tmp_path / "programs", "npm")
    npm = tmp_path / "programs" / "npm"
    npm.write_text("#!/bin/sh\necho 'npm is unwell' >&2\nexit 1\n")
    npm.chmod(0o755)
    project.lock(**REAL_PACKAGE)

    done = project.make(PATH=path)

    assert "  npm is unwell" in done.stderr
    assert "npm could not fetch" in project.problem.read_text()


def test_sources_that_are_broken(project: Project):
    project.write("src/broken.ts", "")

    done = project.make()

    why = "Its sources could not be built."
    check_told(project, done, why, "What went wrong is shown by: cd frontend && npm run build")
    assert "src/broken.ts: no such word" in done.stderr


def test_a_machine_without_node_and_without_a_network(project: Project, tmp_path: Path):
    project.make_environment()

    done = project.make(PATH=path_without(tmp_path / "programs", "node", "npm"), **NO_PACKAGES)

    why = "This machine has no Node from 20.19 on with npm, and none could be fetched as a Python package."
    check_told(project, done, why, "Install Node, or connect this machine to the internet, and start again.")


@pytest.mark.parametrize(
    ("version", "is_usable"),
    [
        *((old, False) for old in ("v18.20.4", "v20.18.3", "v21.7.3", "v22.11.0", "nonsense")),
        *((new, True) for new in ("v20.19.0", "v20.20.2", "v22.12.0", "v26.0.0")),
    ],
)
def test_only_a_node_that_the_build_runs_on_counts(tmp_path: Path, version: str, is_usable: bool):
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\necho {version}\n")
    node.chmod(0o755)

    assert node_script().is_usable(str(node)) is is_usable


def test_the_page_of_before_stays_until_the_problem_ends(project: Project):
    broken = project.frontend / "src/broken.ts"
    # There is none yet, and where it is required that is a failure.
    project.write("src/broken.ts", "")
    assert project.make("--required").returncode == 1
    assert project.problem.exists()
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


def test_a_project_without_its_frontend(project: Project):
    project.frontend.rename(project.folder / "elsewhere")

    done = project.make()

    assert done.returncode == 0
    assert "The page could not be built." in done.stderr
    assert "Traceback" not in done.stderr


def test_somebody_who_may_not_write_there_is_told_who_may_and_uses_what_is_built(project: Project):
    done = as_nobody(project)
    assert done.returncode == 0
    assert "The folder frontend/ cannot be written to (Permission denied)." in done.stderr
    assert "Start once as the user who owns it: ./start-daphne.sh --prepare" in done.stderr

    project.frontend.chmod(0o755)
    project.make("--required")
    done = as_nobody(project)
    assert (done.returncode, done.stderr) == (0, "")


def as_nobody(project: Project) -> subprocess.CompletedProcess[str]:
    """As another user; who isn't root takes the right to write away instead."""
    if os.geteuid() != ROOT:
        project.frontend.chmod(0o555)
        return project.make()
    nobody = pwd.getpwnam("nobody")
    for folder in [project.folder, *project.folder.parents]:
        if folder.owner() == "root" and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o055)
    return subprocess.run(
        ["/usr/bin/python3", "-I", str(project.folder / "scripts/page.py")],
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere"},
        capture_output=True,
        text=True,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
    )

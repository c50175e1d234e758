"""When scripts/page.py builds the page, and when it leaves it alone."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.page.projects import REAL_PACKAGE, Project, path_without
from tests.processes import PROJECT

# What it may cost a start to find out that there is nothing to do.
QUICK_SECONDS = 0.2


@pytest.fixture
def built(project: Project) -> Project:
    done = project.make("--required")
    assert done.returncode == 0, done.stderr
    assert (project.builds, project.page) == (1, "the page")
    return project


def test_what_is_built_is_left_alone_without_a_word(built: Project):
    again = built.make("--required")

    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert built.builds == 1


@pytest.mark.parametrize(
    "name", ["src/page.html", "public/new.svg", "package-lock.json", "scripts/build.mjs"]
)
def test_a_change_of_a_source_builds_it_anew(built: Project, name: str):
    before = (built.frontend / name).read_text() if (built.frontend / name).exists() else ""
    built.write(name, f"{before}\n")

    built.make("--required")

    assert built.builds == 2


@pytest.mark.parametrize("name", ["src/page.test.ts", "README.md", "node_modules/x/index.js", "dist.log"])
def test_what_is_no_source_changes_nothing(built: Project, name: str):
    built.write(name, "something else")

    built.make("--required")

    assert built.builds == 1


def test_another_server_for_the_page_makes_another_page(built: Project):
    elsewhere = {"VITE_API_BASE_URL": "https://party.example"}
    built.make("--required", **elsewhere)
    built.make("--required", **elsewhere)

    assert built.builds == 2


def test_finding_out_that_the_real_page_is_built_is_quick(built: Project):
    for folder in ("src", "public", "scripts", "graphiql"):
        for path in (PROJECT / "frontend" / folder).rglob("*"):
            if path.is_file() and path.name != "build.mjs":
                built.write(str(path.relative_to(PROJECT / "frontend")), path.read_text(errors="replace"))
    built.make("--required")

    before = spent_by_children()
    built.make("--required")

    assert spent_by_children() - before < QUICK_SECONDS
    assert built.builds == 2


def spent_by_children() -> float:
    """In seconds of the processor, which a busy machine has no less of."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_two_starts_at_once_build_once(project: Project):
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


def said(process) -> Iterator[str]:
    """Lines up to the one that says what it waits for."""
    for line in process.stderr:
        yield line
        if "Waiting" in line or "Building" in line:
            return


def test_nobody_sees_half_a_page(built: Project):
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


@pytest.mark.parametrize("home", ["/nowhere/at/all", "/proc"])
def test_a_home_that_nobody_can_write_to_is_enough(project: Project, home: str):
    project.lock(**REAL_PACKAGE)

    done = project.make("--required", HOME=home)

    assert (done.returncode, project.page) == (0, "the page"), done.stderr
    assert not Path("/nowhere").exists()


def test_a_machine_without_node_fetches_it_once(project: Project, tmp_path: Path):
    project.make_environment()
    project.lock(**REAL_PACKAGE)
    path = path_without(tmp_path / "programs", "node", "npm", "npx", "corepack")

    first = project.make("--required", PATH=path)
    used = (project.dist / "node").read_text()
    project.write("src/page.html", "another page")
    second = project.make("--required", PATH=path)

    assert "fetching it as a Python package" in first.stderr
    assert used.removeprefix("v") in (PROJECT / "requirements" / "node.txt").read_text()
    assert (second.returncode, project.page) == (0, "another page")
    assert "Python package" not in second.stderr


def test_what_it_is_built_of_is_fetched_once(project: Project):
    project.lock(**REAL_PACKAGE)
    first = project.make("--required")
    project.write("src/page.html", "another page")

    second = project.make("--required")

    assert "Fetching" in first.stderr
    assert "Fetching" not in second.stderr
    assert (project.frontend / "node_modules" / "uqr").is_dir()


def test_another_version_of_it_is_fetched(project: Project):
    project.lock(**REAL_PACKAGE)
    project.make("--required")
    installed = project.frontend / "node_modules" / ".package-lock.json"
    installed.write_text(installed.read_text().replace(REAL_PACKAGE["uqr"]["version"], "0.0.1"))
    project.write("src/page.html", "another page")

    assert "Fetching" in project.make("--required").stderr

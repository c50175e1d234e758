"""What pre-commit looks at before a commit: a good one passes, and each hook refuses what it is for."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.processes import PROJECT
from tests.start.clone import copy_of_project

CONFIGURATION = PROJECT / ".pre-commit-config.yaml"
HOOK = re.compile(r"^      - id: (\w+)$", re.MULTILINE)
Spoil = Callable[[Path], object]


def write(path: str, text: str) -> Spoil:
    return lambda project: (project / path).write_text(text)


def append(path: str, text: str) -> Spoil:
    return lambda project: (project / path).write_text((project / path).read_text() + text)


def replace(path: str, old: str, new: str) -> Spoil:
    return lambda project: (project / path).write_text((project / path).read_text().replace(old, new))


# What each hook refuses, and how its words tell that it was this.
REFUSED: dict[str, tuple[Spoil, str]] = {
    "whitespace": (append("README.md", "The end. \n"), "README.md"),
    "format": (write("scripts/odd.py", "halo = {  'a': 1}\n"), "scripts/odd.py"),
    "lint": (write("scripts/other.py", "import os\n"), "scripts/other.py"),
    "imports": (
        append("backend/core/names.py", "\n\nimport apps.users.models  # noqa: E402, F401\n"),
        "core.names -> apps.users.models",
    ),
    "migrations": (
        replace("backend/apps/playlist/models.py", "MAX_ROOM_NAME = 80", "MAX_ROOM_NAME = 81"),
        "Alter field name on room",
    ),
}


class Repository:
    """A copy of the project under version control, with the hooks of the project."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_of_project(folder / "tutti")
        self.environment = os.environ | {
            **{
                "HOME": str(folder),
                "PRE_COMMIT_HOME": str(folder / "hooks"),
                "DATA_DIR": str(folder / "data"),
            },
            **{"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull, "ENV_FILE": os.devnull},
        }
        (self.folder / ".venv").symlink_to(sys.prefix)
        self.git("init", "--quiet")
        self.git("config", "user.name", "Ada")
        self.git("config", "user.email", "ada@example.org")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", "Begin")
        self.run(".venv/bin/pre-commit", "install")

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )

    def git(self, *words: str) -> None:
        done = self.run("git", *words)
        assert done.returncode == 0, done.stderr

    def commit_refused_by(self) -> dict[str, str]:
        """The hooks that refuse to commit all that has changed, with their words; it is taken back."""
        self.git("add", "--all")
        done = self.run("git", "commit", "--quiet", "--message", "Change something")
        parts = re.split(r"^- hook id: (\w+)$", done.stderr, flags=re.MULTILINE)[1:]
        refused = dict(zip(parts[::2], parts[1::2], strict=True))
        assert bool(refused) == (done.returncode != 0), done.stderr
        self.git("reset", "--quiet", "--hard", "HEAD" if refused else "HEAD~")
        return refused


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    return Repository(tmp_path_factory.mktemp("repository"))


def test_the_project_itself_passes(repository: Repository) -> None:
    done = repository.run(".venv/bin/pre-commit", "run", "--all-files")

    assert done.returncode == 0, done.stdout


def test_a_good_change_is_committed(repository: Repository) -> None:
    write("scripts/odd.py", "halo = 1\n")(repository.folder)

    assert repository.commit_refused_by() == {}


def test_each_hook_refuses_what_it_is_for(repository: Repository) -> None:
    for spoil, _ in REFUSED.values():
        spoil(repository.folder)

    refused = repository.commit_refused_by()

    assert refused.keys() == REFUSED.keys() == set(HOOK.findall(CONFIGURATION.read_text()))
    for hook, (_, sign) in REFUSED.items():
        assert sign in refused[hook], hook


def test_make_hooks_installs_them() -> None:
    recipe = subprocess.run(
        ["make", "--dry-run", "hooks"], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout

    assert ".venv/bin/pre-commit install" in recipe


def test_hooks_use_nothing_but_the_project() -> None:
    text = CONFIGURATION.read_text()

    assert re.findall(r"repo: (\S+)", text) == ["local"]
    assert set(re.findall(r"language: (\S+)", text)) == {"system"}
    assert "additional_dependencies" not in text
    assert "://" not in text

"""The hooks of pre-commit: the project passes, and each hook rejects its kind of error."""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from pre_commit.clientlib import load_config

from tests.processes import PROJECT
from tests.start.clone import copy_of_project

CONFIGURATION = PROJECT / ".pre-commit-config.yaml"
Spoil = Callable[[str], str]

# What each hook rejects: a file, a change of its text, and the words in the hook's output.
REFUSED: dict[str, tuple[str, Spoil, str]] = {
    "whitespace": ("README.md", lambda text: f"{text}The end. \n", "README.md"),
    "format": ("scripts/odd.py", lambda _: "halo = {  'a': 1}\n", "scripts/odd.py"),
    "lint": ("scripts/other.py", lambda _: "import os\n", "scripts/other.py"),
    "imports": (
        "backend/core/names.py",
        lambda text: f"{text}\n\nimport apps.users.models  # noqa: E402, F401\n",
        "core.names -> apps.users.models",
    ),
    "migrations": (
        "backend/apps/playlist/models.py",
        lambda text: text.replace("MAX_ROOM_NAME = 80", "MAX_ROOM_NAME = 81"),
        "Alter field name on room",
    ),
}


def test_each_hook_is_part_of_the_complete_run_and_tested_here() -> None:
    hooks = [hook for repository in load_config(CONFIGURATION)["repos"] for hook in repository["hooks"]]

    assert {hook["id"]: hook["entry"].replace(" --force-exclude", "") for hook in hooks} == {
        "whitespace": "git diff --cached --check",
        "format": ".venv/bin/ruff format --check",
        "lint": ".venv/bin/ruff check",
        "imports": "env PYTHONPATH=backend .venv/bin/lint-imports",
        "migrations": ".venv/bin/python backend/manage.py makemigrations --check --dry-run",
    }
    assert REFUSED.keys() == {hook["id"] for hook in hooks}


# The proof of every run: the test above, and the checks of the same programs that begin the complete run.
@pytest.mark.long
def test_the_project_passes_every_hook_and_each_detects_its_errors(tmp_path: Path) -> None:
    folder = copy_of_project(tmp_path / "tutti")
    own = {"HOME": tmp_path, "PRE_COMMIT_HOME": tmp_path / "hooks", "DATA_DIR": tmp_path / "data"}
    none = dict.fromkeys(("ENV_FILE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"), os.devnull)
    people = ("AUTHOR_NAME", "AUTHOR_EMAIL", "COMMITTER_NAME", "COMMITTER_EMAIL")
    names = {f"GIT_{one}": "ada@example.org" for one in people}
    environment = os.environ | {name: str(value) for name, value in own.items()} | none | names
    (folder / ".venv").symlink_to(sys.prefix)

    def run(*command: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

    begin = (["init", "--quiet"], ["add", "--all"], ["commit", "--quiet", "--message", "Begin"])
    assert [run("git", *words).returncode for words in begin] == [0, 0, 0]
    run(".venv/bin/pre-commit", "install")
    passed = run(".venv/bin/pre-commit", "run", "--all-files")
    assert passed.returncode == 0, passed.stdout

    for name, spoil, _ in REFUSED.values():
        path = folder / name
        path.write_text(spoil(path.read_text() if path.exists() else ""))
    run("git", "add", "--all")
    rejected = run("git", "commit", "--quiet", "--message", "Spoil it")

    assert rejected.returncode != 0
    parts = re.split(r"^- hook id: (\w+)$", rejected.stderr, flags=re.MULTILINE)[1:]
    words = dict(zip(parts[::2], parts[1::2], strict=True))
    assert words.keys() == REFUSED.keys()
    for hook, (_, _, sign) in REFUSED.items():
        assert sign in words[hook], hook

"""One clone for all tests of the start: installing takes a while.

Where root runs the tests, it is installed and started by somebody else; the later starts are root's.
"""

import os
import pwd
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.services import ROOT, as_owner_of
from tests.start.clone import Clone, copy_of_project

MakeClone = Callable[..., Clone]


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="package")
def first_start() -> Iterator[Clone]:
    """The first start of a fresh clone; it runs on for the other tests."""
    with tempfile.TemporaryDirectory(prefix="tutti-theirs-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # pytest's own are for root alone
        project = copy_of_project(folder / "tutti")
        clone = Clone(project, folder)
        if os.geteuid() == ROOT:
            give_to_nobody(clone, folder)
        with clone:
            yield clone


def give_to_nobody(clone: Clone, folder: Path) -> None:
    """Unless no Python on this machine may be run by others than root."""
    nobody = pwd.getpwnam("nobody")
    theirs = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    find = ["sh", "-c", ". scripts/find-python.sh"]
    if subprocess.run(find, cwd=clone.project, env=clone.environment, **theirs).returncode != 0:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    clone.run_as = as_owner_of(folder)


@pytest.fixture
def again(first_start: Clone, home: Path) -> Iterator[MakeClone]:
    """Starts of the clone after the first one, on its data unless told otherwise."""
    with ExitStack() as stack:

        def make(*arguments: str, **variables: str) -> Clone:
            clone = Clone(first_start.project, home, *arguments, **variables)
            stack.callback(clone.throw_away)
            return clone

        yield make

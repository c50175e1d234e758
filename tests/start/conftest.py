"""One clone for all tests of the start, whichever worker runs them: installing takes a while.

Where root runs the tests, it is installed and started by another user; the later starts are root's.
"""

import fcntl
import os
import pwd
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.services import ROOT, owner_options
from tests.start.clone import Clone, RunningClone, copy_of_project

MakeClone = Callable[..., Clone]


@pytest.fixture(scope="package")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def until_the_end() -> Iterator[ExitStack]:
    with ExitStack() as stack:
        yield stack


@pytest.fixture(scope="package")
def first_start(tmp_path_factory: pytest.TempPathFactory, until_the_end: ExitStack) -> Iterator[Clone]:
    """The first start of a fresh clone, by the first worker that needs it; it runs on for all of them."""
    own = tmp_path_factory.getbasetemp()
    reported = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "first-start"
    with reported.with_suffix(".users").open("w") as users:
        with reported.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            fcntl.flock(users, fcntl.LOCK_SH)
            if not reported.exists():
                RunningClone.tell(until_the_end.enter_context(fresh_clone()), reported)
                until_the_end.callback(end_alone, reported)
        clone = RunningClone(reported)
        yield clone
        clone.delete_data()


def end_alone(reported: Path) -> None:
    """Waits until no worker uses the clone; who comes later makes another."""
    with reported.with_suffix(".users").open("w") as users:
        fcntl.flock(users, fcntl.LOCK_EX)
        reported.unlink()


@contextmanager
def fresh_clone() -> Iterator[Clone]:
    with tempfile.TemporaryDirectory(prefix="tutti-theirs-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # pytest's own are for root alone
        project = copy_of_project(folder / "tutti")
        clone = Clone(project, folder)
        if os.geteuid() == ROOT:
            give_to_unprivileged_user(clone, folder)
        with clone:
            yield clone


def give_to_unprivileged_user(clone: Clone, folder: Path) -> None:
    """Unless no Python on this machine may be run by others than root."""
    nobody = pwd.getpwnam("nobody")
    theirs = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    find = ["sh", "-c", ". scripts/find-python.sh"]
    if subprocess.run(find, cwd=clone.project, env=clone.environment, **theirs).returncode != 0:
        return
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    clone.run_as = owner_options(folder)


@contextmanager
def sources(clone: Clone, how: int) -> Iterator[None]:
    """Holds the clone's sources: many may start it (LOCK_SH), who changes them is alone (LOCK_EX)."""
    with (clone.project.parent / "sources.lock").open("w") as lock:
        fcntl.flock(lock, how)
        yield


@pytest.fixture
def again(first_start: Clone, home: Path) -> Iterator[MakeClone]:
    """Starts of the clone after the first one, on its data by default."""
    with sources(first_start, fcntl.LOCK_SH), ExitStack() as stack:

        def make(*arguments: str, **variables: str) -> Clone:
            clone = Clone(first_start.project, home, *arguments, **variables)
            stack.callback(clone.delete_data)
            return clone

        yield make

"""Started by somebody who is not root, in a clone of their own; the other tests run as whoever runs them."""

import os
import pwd
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.services import ROOT, as_owner_of
from tests.start.clone import Clone, copy_of_project

pytestmark = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(os.geteuid() != ROOT, reason="only root can start something as somebody else"),
]


@pytest.fixture
def their_folder() -> Iterator[Path]:
    """A folder that belongs to nobody, where nobody may go; pytest's own are for root alone."""
    with tempfile.TemporaryDirectory(prefix="tutti-theirs-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        copy_of_project(folder / "tutti")
        nobody = pwd.getpwnam("nobody")
        for path in [folder, *folder.rglob("*")]:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        yield folder


def test_somebody_else_than_root_can_start_a_clone_of_their_own(their_folder: Path):
    clone = Clone(their_folder / "tutti", their_folder)
    clone.run_as = as_owner_of(their_folder)
    skip_without_a_python_for_them(clone)
    with clone:
        assert httpx.get(f"{clone.base_url}/api/health/ready").status_code == 200
        key = (clone.data_folder / "secret_key").stat()
        assert key.st_uid == their_folder.stat().st_uid
        assert stat.S_IMODE(key.st_mode) == 0o600
        assert clone.stop() == 0


def skip_without_a_python_for_them(clone: Clone) -> None:
    found = subprocess.run(
        ["sh", "-c", ". scripts/find-python.sh"], cwd=clone.project, env=clone.environment, **clone.run_as
    )
    if found.returncode != 0:
        pytest.skip("no Python on this machine may be run by others than root")

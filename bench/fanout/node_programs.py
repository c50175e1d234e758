"""Node and its `ws`, installed from its lock file into a folder that git ignores."""

import functools
import importlib
import sys
from pathlib import Path

from tests.processes import PROJECT
from tests.services import ServiceError

FOLDER = Path(__file__).resolve().parent / "node"


@functools.cache
def installed_node() -> tuple[str, Path]:
    """Node itself, and the server's script. Raises ServiceError."""
    sys.path.append(str(PROJECT / "scripts"))  # modules of scripts/ import each other by name
    found = importlib.import_module("node").find_node()
    if found is None:
        raise ServiceError("Node is missing and could not be downloaded: install Node 20.19 or newer.")
    if not is_installed():
        done = found.run_npm("ci", folder=FOLDER)
        if done.returncode != 0:
            raise ServiceError(f"The package ws could not be installed.\n{done.stderr}")
    return found.program, FOLDER / "server.js"


def is_installed() -> bool:
    """npm records what it has installed; that file is older than a lock file changed since."""
    noted, lock = FOLDER / "node_modules" / ".package-lock.json", FOLDER / "package-lock.json"
    return noted.exists() and noted.stat().st_mtime >= lock.stat().st_mtime

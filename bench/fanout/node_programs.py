"""Node and its `ws`, which is installed from its lock into a folder that git ignores."""

import functools
import importlib
import sys
from pathlib import Path

from tests.processes import PROJECT
from tests.services import ServiceError

FOLDER = Path(__file__).resolve().parent / "node"


@functools.cache
def ready_made_node() -> tuple[str, Path]:
    """Node itself, and the server's script. Raises ServiceError."""
    sys.path.append(str(PROJECT / "scripts"))  # the start's own modules find each other so
    found = importlib.import_module("node").find_node()
    if found is None:
        raise ServiceError("There is no Node, and none could be fetched: install Node 20.19 or newer.")
    if not is_installed():
        done = found.run_npm("ci", folder=FOLDER)
        if done.returncode != 0:
            raise ServiceError(f"The package ws could not be installed.\n{done.stderr}")
    return found.program, FOLDER / "server.js"


def is_installed() -> bool:
    """npm notes what it has installed; that is older than a lock that has changed since."""
    noted, lock = FOLDER / "node_modules" / ".package-lock.json", FOLDER / "package-lock.json"
    return noted.exists() and noted.stat().st_mtime >= lock.stat().st_mtime

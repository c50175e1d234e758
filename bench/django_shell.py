"""Runs code in `manage.py shell`, on a server's data."""

import subprocess
import sys

from tests.processes import BACKEND, TuttiServer


def run_in_django_shell(server: TuttiServer, code: str) -> str:
    """The code's output. Raises subprocess.CalledProcessError."""
    command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", code]
    done = subprocess.run(
        command, cwd=BACKEND, env=server.environment, check=True, capture_output=True, text=True
    )
    return done.stdout

"""`manage.py shell -c` in a process of its own, on the data of a server: what changes there must be told."""

import json
import subprocess
import sys
from typing import Any, Self

from tests.processes import BACKEND
from tests.services import ends_with_us

# Runs one piece of code for each line, and answers with what it left in `result`.
LOOP = """
import json, sys, traceback
names = {}
for line in sys.stdin:
    try:
        names["result"] = None
        exec(json.loads(line), names)
        answer = {"result": names["result"]}
    except Exception:
        answer = {"error": traceback.format_exc()}
    print("answer:" + json.dumps(answer), flush=True)
"""


class OtherProcess:
    """A shell of the project that runs beside the server."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "manage.py", "shell", "-v", "0", "-c", LOOP],
            cwd=BACKEND,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            **ends_with_us(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def run(self, code: str) -> Any:
        """Runs the code to its end; returns what it calls `result`."""
        assert self._process.stdin
        assert self._process.stdout
        print(json.dumps(code), file=self._process.stdin, flush=True)
        for line in self._process.stdout:
            if line.startswith("answer:"):
                answer = json.loads(line.removeprefix("answer:"))
                assert "error" not in answer, answer["error"]
                return answer["result"]
        raise AssertionError("the other process has ended")

"""`manage.py shell -c` in a process of its own, on the data of a server: its changes must be reported."""

import json
import os
import sys
from typing import Any, Self

from tests.preloaded import start_program
from tests.processes import BACKEND

# Runs the code of each line, and prints the value of `result`.
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
        their_input, ours = os.pipe()
        their_answers, theirs = os.pipe()
        self._questions, self._answers = open(ours, "w"), open(their_answers)  # noqa: PTH123, SIM115
        with open(their_input) as stdin, open(theirs, "w") as stdout:  # noqa: PTH123
            command = [sys.executable, "manage.py", "shell", "-v", "0", "-c", LOOP]
            self._process = start_program(
                command, cwd=BACKEND, env=environment, stdin=stdin, stdout=stdout, stderr=sys.__stderr__
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._questions.close()
        self._answers.close()
        self._process.wait()

    def run(self, code: str) -> Any:
        """Runs the code to its end; returns what it calls `result`."""
        print(json.dumps(code), file=self._questions, flush=True)
        for line in self._answers:
            if line.startswith("answer:"):
                response = json.loads(line.removeprefix("answer:"))
                assert "error" not in response, response["error"]
                return response["result"]
        raise AssertionError("the other process has ended")

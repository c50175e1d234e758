"""schemathesis with its default checks against a server of its own: `make fuzz`, 10 minutes.

Requests have the token of an account. Prints each finding that docs/protocol.md does not explain in *Rules
beyond the schemas*, and exits with 1 if there is one.
"""

import argparse
import base64
import json
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.processes import TuttiServer

SECONDS = 600
# It ends the account, and with it what all other requests show.
LEFT_OUT = "users_me_erase"
ACCOUNT = {"username": "fuzz", "email": "fuzz@example.org", "password": "a long pass phrase"}
REJECTED = "positive_data_acceptance"
# What is rejected though the schemas allow it: by the first column of the table in docs/protocol.md, what the
# error says. `code: field: message`, the field without the places of elements.
RULES = {
    "any write": r"IDEMPOTENCY_KEY_REUSED: .*",
    "`events/`, `stream/`": r".*: (epoch|since): .* needed.*",
    "a new item": r".*: (track_id|track): .*name different tracks\.",
    "a position in a queue": r".*: (position|after|before): .*",
    "a vote": r".*: (direction|value): Give either .*",
    "an action of a player": r".*: (position_ms|settings|action|volume): .*",
    "login, logout": r".*: ((username|email): Give either .*|refresh: .*without a session\.)",
    "passwords": r".*: (password|new_password|old_password): (This|The) (is not the )?password.*",
    "tokens in bodies": r".*: token: The token is invalid or has expired\.",
    "names": r".*: (name|added_by|username): (Control|Invisible) characters .*|.*: A word may not mix .*",
    "texts": r".*: (Control|Null) characters are not allowed\.|.*: This field may not be blank\.",
    "an account": r".*: (username|email|slug): (Enter a valid|An account keeps|This name is|.* keeps its) .*",
    "`cover_url`": r".*: cover_url: .*",
    "an activity": r".*: (track_id|recommendation_id|activity_type|interaction(_type)?|occurred_at): .*",
    "`tz`": r".*: tz: There is no such time zone.*",
    "days and weeks": r".*: (date|week): .*(future|no week).*",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.contract.fuzz", description=__doc__)
    parser.add_argument("--seconds", type=int, default=SECONDS, help=f"default: {SECONDS}")
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder, TuttiServer() as server:
        report = Path(folder) / "report.ndjson"
        code = run(server, report, seconds=seconds)
        return 2 if code not in {0, 1} else summary(list(findings(report)))


def run(server: TuttiServer, report: Path, *, seconds: int) -> int:
    """The exit code of schemathesis, which is 1 also where it has found only what the rules explain."""
    with server.client() as http:
        token = http.post("/api/users/", json=ACCOUNT).raise_for_status().json()["access"]
    options = ["--max-time", str(seconds), "--continue-on-failure", "--no-shrink", "--no-color"]
    options += ["--exclude-operation-id", LEFT_OUT, "--report", "ndjson", "--report-ndjson-path", str(report)]
    command = [str(Path(sys.executable).with_name("st")), "run", f"{server.base_url}/api/openapi.json"]
    command += ["-H", f"Authorization: Bearer {token}", *options]
    done = subprocess.run(command, cwd=report.parent, check=False)  # where it keeps its cache
    return done.returncode


def findings(report: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """The operation, the check, and the failure with the response's error as `error`."""
    for line in report.read_text().splitlines():
        recorder = json.loads(line).get("ScenarioFinished", {}).get("recorder", {})
        for case, checks in recorder.get("checks", {}).items():
            for check in (one for one in checks if one["status"] == "failure"):
                response = recorder["interactions"].get(case, {}).get("response") or {}
                body = base64.b64decode((response.get("content") or {}).get("$base64", ""))
                failure = check["failure_info"]["failure"]
                yield recorder["label"], check["name"], {**failure, "error": error_in(body)}


def error_in(body: bytes) -> dict[str, Any]:
    try:
        error: dict[str, Any] = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return {}
    return error


def register_rules(error: dict[str, Any]) -> list[str]:
    """The rule for each message of a rejection; empty for one that no rule explains."""
    code, details = error.get("code", ""), error.get("details") or {"": [""]}
    lines = [
        f"{code}: {re.sub(r'[0-9]+[.]', '', field)}: {message}"
        for field, messages in details.items()
        for message in messages
    ]
    found = [next((name for name, said in RULES.items() if re.fullmatch(said, line)), "") for line in lines]
    return found if all(found) else []


def summary(found: list[tuple[str, str, dict[str, Any]]]) -> int:
    explained, others = Counter[str](), Counter[str]()
    for operation, check, failure in found:
        rules = register_rules(failure["error"]) if check == REJECTED else []
        explained.update(set(rules))
        if not rules:
            others[f"{operation}: {check}: {failure['message']} {json.dumps(failure['error'])}"] += 1
    for rule, number in explained.most_common():
        sys.stdout.write(f"{number:>6} rejected, explained in docs/protocol.md: {rule}\n")
    for text, number in others.most_common():
        sys.stdout.write(f"{number:>6} NOT EXPLAINED {text}\n")
    return 1 if others else 0


if __name__ == "__main__":
    sys.exit(main())

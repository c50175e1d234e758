"""A fresh copy of the project, started by its own script with an empty home."""

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.processes import PROJECT, TuttiServer

# What a machine needs to reach its package index; everything else of the environment stays behind.
KEPT = re.compile(
    r"PATH|TMPDIR|LANG|(PIP|UV|SSL|NPM_CONFIG)_.*|(REQUESTS_CA_BUNDLE|NODE_EXTRA_CA_CERTS)|(https?|no)_proxy",
    re.IGNORECASE,
)
NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".venv*", ".git", "data", ".env", "node_modules", "__pycache__", ".*_cache"
)


def copy_of_project(target: Path) -> Path:
    """The files that are, or are about to be, under version control."""
    if not (PROJECT / ".git").exists():
        return shutil.copytree(PROJECT, target, ignore=NOT_IN_A_CLONE, symlinks=True)
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listed = subprocess.run(listing, cwd=PROJECT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        if (PROJECT / name).exists():  # one that is about to be deleted is listed still
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, target / name, follow_symlinks=False)
    return target


def bare_environment(home: Path) -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if KEPT.fullmatch(name)} | {"HOME": str(home)}


class Clone(TuttiServer):
    """A server that `start-daphne.sh` runs; the data is in the clone, as it is for a newcomer."""

    start_seconds = 600.0  # the first start installs everything, perhaps over a slow line

    def __init__(self, project: Path, home: Path, *arguments: str, **variables: str) -> None:
        super().__init__(data_folder=project / "data", arguments=arguments)
        self.project = project
        self.working_folder = home
        self.environment = bare_environment(home) | {"PORT": "0"} | variables

    def _command(self) -> list[str]:
        return [str(self.project / "start-daphne.sh"), *self._arguments]

    def run(self) -> subprocess.CompletedProcess[str]:
        """For starts that end by themselves."""
        return subprocess.run(
            self._command(), cwd=self.working_folder, env=self.environment, capture_output=True, text=True
        )


class RunningClone(Clone):
    """One that another worker of the run may have started, and ends."""

    def __init__(self, reported: Path) -> None:
        facts = json.loads(reported.read_text())
        super().__init__(Path(facts["project"]), Path(facts["home"]))
        self._output, self.base_url = Path(facts["output"]), facts["base_url"]
        self._pid: int = facts["pid"]
        self.run_as = facts["run_as"]

    @property
    def pid(self) -> int:
        return self._pid

    @staticmethod
    def tell(clone: Clone, file: Path) -> None:
        """Writes down for the other workers what there is to know of it."""
        facts = {"base_url": clone.base_url, "pid": clone.pid, "output": str(clone._output)}
        places = {"project": str(clone.project), "home": str(clone.working_folder)}
        file.write_text(json.dumps({**facts, **places, "run_as": clone.run_as}))

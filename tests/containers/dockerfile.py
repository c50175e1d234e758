"""Reads a Dockerfile, and does what it says in a bare folder of this machine instead of an image.

Paths of the image are below the folder. The base image's Python is this machine's.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
from dataclasses import dataclass, field
from pathlib import Path

from scripts import build_frontend, environment
from tests.processes import PROJECT

# What may be run without an image around it: everything else could change this machine.
HARMLESS_PROGRAMS = {"python", ".venv/bin/python", "install"}
# How pip finds its packages here; an image is built on a machine that finds them by itself.
KEPT_VARIABLES = re.compile(r"HOME|TMPDIR|SSL_.*|PIP_.*|HTTPS?_PROXY|NO_PROXY", re.IGNORECASE)
UV = Path(sys.prefix, "bin", "uv")
# As .dockerignore says.
NOT_COPIED = ("__pycache__", "tests", "node_modules", "dist*")
# The options of pip, replaced by those of uv, which has most packages in its cache.
PIP = re.compile(r"\.venv/bin/python -m pip install( --(no-cache-dir|disable-pip-version-check|no-compile))+")
ABSOLUTE_PATHS = re.compile(r"(?<![\w.-])/(tutti|data)\b")


@dataclass
class Instruction:
    name: str
    words: str

    def options(self) -> dict[str, str]:
        return dict(re.findall(r"--(\w[\w-]*)=(\S+)", self.words))

    def arguments(self) -> list[str]:
        return [word for word in shlex.split(self.words) if not word.startswith("--")]

    def listed(self) -> list[str]:
        """Of CMD ["…"], and of HEALTHCHECK … CMD ["…"]."""
        words: list[str] = json.loads(self.words[self.words.index("[") :])
        return words


@dataclass
class Stage:
    base: str
    name: str
    instructions: list[Instruction] = field(default_factory=list)

    def last(self, name: str) -> Instruction:
        return [one for one in self.instructions if one.name == name][-1]

    def all(self, name: str) -> list[Instruction]:
        return [one for one in self.instructions if one.name == name]

    def variables(self) -> dict[str, str]:
        pairs = (shlex.split(one.words) for one in self.all("ENV"))
        return dict(pair.split("=", 1) for words in pairs for pair in words)


def stages_of(file: Path) -> list[Stage]:
    lines = [line for line in file.read_text().splitlines() if line.strip() and not line.startswith("#")]
    stages: list[Stage] = []
    for line in "\n".join(lines).replace("\\\n", " ").splitlines():
        name, words = line.split(None, 1)
        if name == "FROM":
            base, *rest = words.split()
            stages.append(Stage(base, rest[1] if rest else str(len(stages))))
        else:
            stages[-1].instructions.append(Instruction(name, words))
    return stages


class BareBuild:
    """The stages, each in a folder of its own; `by_uv` installs the same locks with the tests' own uv."""

    def __init__(self, folder: Path, stages: list[Stage], *, by_uv: bool) -> None:
        self._folder = folder
        self.by_uv = by_uv
        self._stages = stages
        self._programs = folder / "programs"
        self._programs.mkdir()
        (self._programs / "python").symlink_to(getattr(sys, "_base_executable", sys.executable))

    @property
    def search_path(self) -> str:
        return f"{self._programs}:/usr/bin:/bin"

    def root(self, stage: Stage) -> Path:
        return self._folder / stage.name

    def run(self) -> None:
        for stage in self._stages:
            working = self.root(stage)
            if base := next((other for other in self._stages if other.name == stage.base), None):
                shutil.copytree(self.root(base), working, symlinks=True, copy_function=os.link)
                working /= base.last("WORKDIR").words.lstrip("/")
            else:
                working.mkdir()
            for one in stage.instructions:
                if one.name == "WORKDIR":
                    working = self._inside(stage, one.words, working)
                    working.mkdir(parents=True, exist_ok=True)
                elif one.name == "COPY":
                    self._copy(stage, one, working)
                elif one.name == "RUN":
                    self._run_step(stage, one, working)

    def here(self, stage: Stage, text: str) -> str:
        """The text with the image's paths turned into those of the stage's folder."""
        return ABSOLUTE_PATHS.sub(lambda found: f"{self.root(stage)}/{found[1]}", text)

    def _inside(self, stage: Stage, path: str, working: Path) -> Path:
        return self.root(stage) / path.lstrip("/") if path.startswith("/") else working / path

    def _copy(self, stage: Stage, one: Instruction, working: Path) -> None:
        *sources, target = one.arguments()
        from_stage = one.options().get("from")
        origin = next((other for other in self._stages if other.name == from_stage), None)
        for source in sources:
            path = self._inside(origin, source, self.root(origin)) if origin else PROJECT / source
            destination = self._inside(stage, target, working)
            if path.is_dir():
                # What an earlier stage has made no step changes: it is the same files again.
                how = (
                    {"copy_function": os.link} if origin else {"ignore": shutil.ignore_patterns(*NOT_COPIED)}
                )
                shutil.copytree(path, destination, symlinks=True, dirs_exist_ok=True, **how)
                self._link_page_packages(destination)
            else:
                folder = destination if target.endswith("/") else destination.parent
                folder.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, destination)

    def _link_page_packages(self, frontend: Path) -> None:
        """Those that are here already: that npm fetches them is tried by the first start of a clone."""
        is_copy = self.by_uv and (frontend / build_frontend.PAGE.lock.name).exists()
        if is_copy and build_frontend.are_packages_there(build_frontend.PAGE, with_tools=False):
            (frontend / "node_modules").symlink_to(build_frontend.PAGE.installed.parent.resolve())

    def _run_step(self, stage: Stage, one: Instruction, working: Path) -> None:
        program = one.words.split()[0]
        assert program in HARMLESS_PROGRAMS, f"{program} is not known to be harmless outside of an image"
        text = self.here(stage, one.words)
        if os.geteuid() != 0:
            text = re.sub(r" -[og] \d+", "", text)  # only root gives folders away
        variables = {name: value for name, value in os.environ.items() if KEPT_VARIABLES.fullmatch(name)}
        if self.by_uv and " -m compileall " in text:
            text = text.replace(" -m compileall ", " -m compileall -x /site-packages/ ")
            copy_compiled(working / ".venv")
        if self.by_uv:
            text = text.replace(" -m venv ", " -m venv --without-pip ")  # which is not used then
        if self.by_uv and PIP.search(text):
            text = PIP.sub(f"{UV} pip install --quiet --python .venv/bin/python", text)
            # Linked to what uv has at hand: nothing changes these files afterwards.
            variables = environment.uv_environment(environment.find_pip()) | {"UV_LINK_MODE": "hardlink"}
        done = subprocess.run(
            ["sh", "-euc", text],
            cwd=working,
            env={**variables, "PATH": self.search_path},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, f"{one.words}\n{done.stdout}\n{done.stderr}"


def copy_compiled(target_environment: Path) -> None:
    """Takes over what this environment has compiled of the same packages: else the first start does it."""
    own = Path(sysconfig.get_path("purelib"))
    for compiled in own.glob("**/__pycache__/*.pyc"):
        source = compiled.parent.parent / f"{compiled.name.split('.')[0]}.py"
        copy = target_environment / source.relative_to(sys.prefix)
        if source.exists() and copy.exists() and copy.read_bytes() == source.read_bytes():
            target = copy.parent / "__pycache__" / compiled.name
            target.parent.mkdir(exist_ok=True)
            # Bytes 8 to 11 are the source's time of modification (importlib, _code_to_timestamp_pyc).
            content, time = compiled.read_bytes(), int(copy.stat().st_mtime)
            target.write_bytes(content[:8] + time.to_bytes(4, "little") + content[12:])

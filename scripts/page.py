"""Builds the page into `frontend/dist`, once: `python3 scripts/page.py`.

What is built already is left alone, which takes a moment to find out. The server can do without the page:
when it can't be built, why and what to do is told here, in the server's banner and at its front door, and
that is no failure. With --required it is one. With --tools it also fetches what the page is worked on with.
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
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import environment
from node import OLDEST, PATIENCE_SECONDS, Done, Node, find_node

FRONTEND = environment.PROJECT / "frontend"
DIST = FRONTEND / "dist"
STAMP = DIST / ".stamp"
LOCK = FRONTEND / "package-lock.json"
# What npm writes down of what it has installed.
INSTALLED = FRONTEND / "node_modules" / ".package-lock.json"
# Why there is no new page, and in the second line what to do; backend/config/built_page.py reads it.
PROBLEM = FRONTEND / "dist.problem"
# What is in the frontend's folder and doesn't change the page.
NOT_SOURCES = re.compile(r"(node_modules|dist.*|.*\.md|.*\.test\.tsx?|\..*\.sw.)")
TOLD_LINES = 15
COLOURS = re.compile(r"\x1b\[[\d;]*m")


class NoPageError(Exception):
    """Why there is no page, and what to do about it."""

    def __init__(self, why: str, what_to_do: str) -> None:
        super().__init__(why)
        self.why = why
        self.what_to_do = what_to_do


def main() -> None:
    try:
        make_page()
    except NoPageError as error:
        environment.tell(f"The web app could not be built. {error.why} {error.what_to_do}")
        note(error)
        if "--required" in sys.argv:
            sys.exit(1)


def make_page() -> None:
    """Raises NoPageError."""
    with_tools = "--tools" in sys.argv
    try:
        fingerprint = fingerprint_of_sources()
        if not is_done(fingerprint, with_tools=with_tools):
            with environment.only_one_at_a_time():
                make_what_is_missing(fingerprint, with_tools=with_tools)
        PROBLEM.unlink(missing_ok=True)
    except OSError as error:
        raise NoPageError(
            f"The folder {FRONTEND.name}/ cannot be written to ({error.strerror}).",
            "Start once as the user who owns it: ./start-daphne.sh --prepare",
        ) from error
    except subprocess.TimeoutExpired as error:
        raise NoPageError(
            f"It took longer than {PATIENCE_SECONDS} seconds.",
            "Start again when the network is quicker.",
        ) from error


def make_what_is_missing(fingerprint: str, *, with_tools: bool) -> None:
    """Another start may have made it while this one waited for its turn."""
    if is_done(fingerprint, with_tools=with_tools):
        return
    node = usable_node()
    if not are_packages_there(with_tools=with_tools):
        install_packages(node, with_tools=with_tools)
    if not is_built(fingerprint):
        build(fingerprint, node)


def note(error: NoPageError) -> None:
    with contextlib.suppress(OSError):
        PROBLEM.write_text(f"{error.why}\n{error.what_to_do}\n")


# --- Whether there is something to do ----------------------------------------------------------------


def fingerprint_of_sources() -> str:
    """Changes with whatever makes another page: the sources, the lock, what Vite reads of the environment."""
    digest = hashlib.sha256()
    for path in sorted(sources(FRONTEND)):
        digest.update(f"{path.relative_to(FRONTEND)}\n{path.stat().st_size}\n".encode())
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


def is_done(fingerprint: str, *, with_tools: bool) -> bool:
    return is_built(fingerprint) and (not with_tools or are_packages_there(with_tools=True))


def is_built(fingerprint: str) -> bool:
    return STAMP.is_file() and STAMP.read_text() == fingerprint


# --- Building ----------------------------------------------------------------------------------------


def build(fingerprint: str, node: Node) -> None:
    """In a folder of its own, so that nobody ever sees half a page."""
    for leftover in FRONTEND.glob("dist.*-*"):  # of a build that was killed
        shutil.rmtree(leftover, ignore_errors=True)
    draft = Path(tempfile.mkdtemp(prefix="dist.new-", dir=FRONTEND))
    try:
        environment.tell("Building the web app…")
        if not has_built(node, draft):
            raise NoPageError(
                "Its sources could not be built.", "What went wrong is shown by: cd frontend && npm run build"
            )
        (draft / STAMP.name).write_text(fingerprint)
        draft.chmod(0o755)  # not only for whoever built it
        replace_page(draft)
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def has_built(node: Node, draft: Path) -> bool:
    """Whether it worked; packages of another machine look as if they were there, and are fetched anew."""
    command = ("scripts/build.mjs", "--out", str(draft))
    done = node.run(*command, folder=FRONTEND)
    if done.returncode != 0 and "native binding" in done.stderr:
        install_packages(node)
        done = node.run(*command, folder=FRONTEND)
    if done.returncode != 0:
        tell_what_went_wrong(done)
    return done.returncode == 0


def replace_page(draft: Path) -> None:
    """A running server has its page in memory, so the old one can go."""
    old = draft.with_name(draft.name.replace("new", "old"))
    with contextlib.suppress(FileNotFoundError):
        DIST.rename(old)
    draft.rename(DIST)
    shutil.rmtree(old, ignore_errors=True)


# --- What it is built with ---------------------------------------------------------------------------


def usable_node() -> Node:
    node = find_node()
    if node is None:
        raise NoPageError(
            f"This machine has no Node from {OLDEST[0]}.{OLDEST[1]} on with npm, and none could be "
            "fetched as a Python package.",
            "Install Node, or connect this machine to the internet, and start again.",
        )
    return node


def are_packages_there(*, with_tools: bool) -> bool:
    """Whether everything is installed that the page is built of, or also what it is worked on with."""
    installed = packages_in(INSTALLED)
    needed = {
        name: package
        for name, package in packages_in(LOCK).items()
        if name and not is_for_some_machines(package) and (with_tools or not package.get("dev"))
    }
    return all(installed.get(name, {}).get("version") == one.get("version") for name, one in needed.items())


def packages_in(file: Path) -> dict[str, dict[str, object]]:
    """The packages that npm has written down there; none where there is no such file."""
    try:
        packages: dict[str, dict[str, object]] = json.loads(file.read_text())["packages"]
    except (OSError, ValueError, KeyError):
        return {}
    return packages


def is_for_some_machines(package: dict[str, object]) -> bool:
    return bool(package.get("optional") or package.get("devOptional"))


def install_packages(node: Node, *, with_tools: bool = False) -> None:
    """Tools that are there already stay."""
    environment.tell("Downloading the web app’s packages…")
    has_tools = any(package.get("dev") for package in packages_in(INSTALLED).values())
    kinds = [] if with_tools or has_tools else ["--omit=dev"]
    done = node.run_npm("ci", "--ignore-scripts", *kinds, folder=FRONTEND)
    if done.returncode != 0:
        tell_what_went_wrong(done)
        raise NoPageError(
            "npm could not fetch what it is built of.",
            "Connect this machine to the internet and start again; what npm said stands on the terminal.",
        )


def tell_what_went_wrong(done: Done) -> None:
    lines = COLOURS.sub("", done.stderr.strip() or done.stdout.strip()).splitlines()
    environment.tell("\n".join(f"  {line}" for line in lines[:TOLD_LINES]))


if __name__ == "__main__":
    main()

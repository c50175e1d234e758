"""Creates `.venv` from a hashed lock file: `python3 scripts/environment.py base` (or `dev`).

A second argument specifies another folder, for tests on other Pythons. An up-to-date environment is not
changed, so a second run is fast. It requires only Python.
"""

# ruff: noqa: S603 - all commands consist of the project's own arguments

import contextlib
import errno
import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
VENV = PROJECT / (sys.argv[2] if __name__ == "__main__" and len(sys.argv) > 2 else ".venv")
PYTHON = VENV / "bin" / "python"
# The path of the environment: its scripts contain it, so a moved project needs a new one.
LOCATION = VENV / ".location"
OLDEST_PYTHON = (3, 11)
# The lock file of the value includes that of the key: dev.txt contains base.txt.
INCLUDED = {
    "base": ["base"],
    "dev": ["dev", "base"],
    "sendspin": ["sendspin"],
    "sendspin-player": ["sendspin-player", "sendspin"],
}
# uv does not read pip's settings.
UV_NAME_OF_PIP_SETTING = {
    "index-url": "UV_DEFAULT_INDEX",
    "extra-index-url": "UV_INDEX",
    "find-links": "UV_FIND_LINKS",
    "cert": "SSL_CERT_FILE",
}
PIP_SETTING = re.compile(r"^[\w:]+\.(?P<name>[\w-]+)='(?P<value>.*)'$", re.MULTILINE)


class EnvironmentMissingError(Exception):
    """The environment could not be created; the message says why and what to do."""


def main() -> None:
    lock = sys.argv[1]
    try:
        with only_one_at_a_time():
            if not is_sound():
                make_environment()
            if not is_installed(lock):
                install(lock)
    except EnvironmentMissingError as error:
        sys.exit(str(error))
    except PermissionError as error:
        sys.exit(f"{error.filename} is not writable. Start as the owner of {PROJECT}.")


@contextlib.contextmanager
def only_one_at_a_time() -> Iterator[None]:
    """Locks the project's folder: concurrent starts must not install at the same time."""
    folder = os.open(PROJECT, os.O_RDONLY)
    try:
        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report("Waiting for another start script that is installing…")
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


# --- The environment -------------------------------------------------------------------------------


def is_sound() -> bool:
    """Whether `.venv` exists, was not moved, and its Python works."""
    if LOCATION.is_file() and LOCATION.read_text() != str(VENV):
        return False
    return python_version() is not None


def python_version() -> str | None:
    """The exact version of the environment's Python, or None if it is unusable."""
    question = (
        "import os, sys, sysconfig; "
        f"usable = sys.version_info >= {OLDEST_PYTHON} and os.path.isdir(sysconfig.get_path('purelib')); "
        "print(sys.version if usable else '')"
    )
    try:
        response = subprocess.run([PYTHON, "-I", "-c", question], capture_output=True, text=True)
    except OSError:
        return None
    return response.stdout.strip() or None


def make_environment() -> None:
    if not os.access(PROJECT, os.W_OK):
        raise PermissionError(errno.EACCES, "", str(PROJECT))
    report(f"Creating the virtual environment {VENV} with Python {sys.version.split()[0]}…")
    if new_venv() or new_venv("--without-pip"):
        LOCATION.write_text(str(VENV))
        return
    raise EnvironmentMissingError(f"Python's venv module does not work: {sys.executable} -m venv {VENV}")


def new_venv(*options: str) -> bool:
    if VENV.is_symlink():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    made = subprocess.run([sys.executable, "-m", "venv", *options, VENV], capture_output=True)
    return made.returncode == 0


# --- Packages --------------------------------------------------------------------------------------


def stamp(lock: str) -> Path:
    return VENV / f".installed-{lock}"


def fingerprint(lock: str) -> str:
    """A hash of the lock file, the environment's Python and its path."""
    parts = [(PROJECT / "requirements" / f"{lock}.txt").read_text(), python_version(), str(VENV)]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


def is_installed(lock: str) -> bool:
    return stamp(lock).is_file() and stamp(lock).read_text() == fingerprint(lock)


def install(lock: str) -> None:
    report("Installing packages; this can take a few minutes the first time…")
    pip = find_pip()
    requirements = ["--require-hashes", "-r", str(PROJECT / "requirements" / f"{lock}.txt")]
    if not install_with_uv(pip, requirements):
        installed = subprocess.run([*pip, "install", *requirements])
        if installed.returncode != 0:
            raise EnvironmentMissingError("The packages could not be installed; the lines above say why.")
    for included in INCLUDED[lock]:
        stamp(included).write_text(fingerprint(included))


def find_pip() -> list[str]:
    """The command of a pip that installs into the environment."""
    own = [str(PYTHON), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
    outer = [sys.executable, *own[1:], "--python", str(PYTHON)]
    for pip in (own, outer):
        if succeeds(pip):
            return pip
    install_ensurepip()
    if subprocess.run([PYTHON, "-m", "ensurepip"], capture_output=True).returncode == 0 and succeeds(own):
        return own
    raise EnvironmentMissingError(f"{sys.executable} has no pip. {how_to_get_pip()}")


def succeeds(command: list[str]) -> bool:
    return subprocess.run([*command, "--version"], capture_output=True).returncode == 0


def pip_package() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}-venv"


def how_to_get_pip() -> str:
    if shutil.which("apt-get"):
        return f"Run: sudo apt-get install {pip_package()}"
    return "Install Python's venv and pip with this system's package manager."


def install_ensurepip() -> None:
    """Debian has ensurepip in a separate package, which root can install."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    report(f"Python has no pip: installing {pip_package()}…")
    apt_get = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "--no-install-recommends", pip_package()]):
        subprocess.run([*apt_get, *step], env=environment, capture_output=True)


def install_with_uv(pip: list[str], requirements: list[str]) -> bool:
    """Several times faster than pip; False if uv is unavailable or failed."""
    uv = VENV / "bin" / "uv"
    lock = PROJECT / "scripts" / "uv.txt"
    if not uv.exists():
        get_uv = ["install", "--require-hashes", "--only-binary", ":all:", "-r", str(lock)]
        subprocess.run([*pip, *get_uv], capture_output=True)
    if not uv.exists():
        return False
    quiet = [] if sys.stderr.isatty() else ["--quiet"]
    command = [str(uv), *quiet, "pip", "install", "--python", str(PYTHON), *requirements]
    return subprocess.run(command, env=uv_environment(pip)).returncode == 0


def uv_environment(pip: list[str]) -> dict[str, str]:
    listed = subprocess.run([*pip, "config", "list"], capture_output=True, text=True).stdout
    reported = {
        UV_NAME_OF_PIP_SETTING[setting["name"]]: setting["value"]
        for setting in PIP_SETTING.finditer(listed)
        if setting["name"] in UV_NAME_OF_PIP_SETTING
    }
    cache = {} if os.access(Path("~").expanduser(), os.W_OK) else {"UV_NO_CACHE": "1"}
    return {"UV_LINK_MODE": "copy", "UV_HTTP_TIMEOUT": "120", **cache, **reported, **os.environ}


def report(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()

"""Installs a benchmark's Debian packages as root; otherwise reports the command to run."""

import os
import shutil
from collections.abc import Callable, Mapping

from tests import services


def install_missing(finders: Mapping[str, Callable[[], object]]) -> None:
    """Installs the Debian packages whose finder fails. Raises ServiceError."""
    missing = [package for package, find in finders.items() if not _is_found(find)]
    if missing and os.geteuid() == services.ROOT and shutil.which("apt-get"):
        services.install(missing)
    for package in missing:
        finders[package]()


def _is_found(find: Callable[[], object]) -> bool:
    try:
        find()
    except services.ServiceError:
        return False
    return True

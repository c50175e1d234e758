"""What a benchmark needs from the system's packages: installed as root, else the command is named."""

import os
import shutil
from collections.abc import Callable, Mapping

from tests import services


def get_missing(finders: Mapping[str, Callable[[], object]]) -> None:
    """Installs those Debian packages whose finder does not find them. Raises ServiceError."""
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

"""Files that only their owner may read, whatever the umask says."""

import os

OWNER_ONLY = 0o600


def private(path: str, flags: int) -> int:
    """An opener for `open()`: a file that it makes is its owner's alone."""
    return os.open(path, flags, OWNER_ONLY)

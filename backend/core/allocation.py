"""How the process gets memory from the system."""

import contextlib
import ctypes

# Of glibc's <malloc.h>.
M_MMAP_THRESHOLD = -3
LARGE_BYTES = 4 * 1024 * 1024


def give_large_blocks_back() -> None:
    """Memory of 4 MiB and more goes back to the system as soon as it is freed.

    Left to itself, glibc takes such blocks from each thread's own heap once one of them was freed, and keeps
    them: 19 MiB for each thread in which a password was hashed. Elsewhere than on glibc this does nothing.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_MMAP_THRESHOLD, LARGE_BYTES)

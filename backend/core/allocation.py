"""How the process gets memory from the system, and how it looks for what nobody needs any more."""

import contextlib
import ctypes
import gc

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


def spare_what_is_loaded() -> None:
    """From now on the garbage collector passes over everything that is there.

    To be called when all code is loaded: that stays for as long as the process lives, and looking through it
    each time holds up every thread for a tenth of a second.
    """
    gc.collect()
    gc.freeze()

"""The start of an import's worker process: imported before Django is set up, so without models."""

import multiprocessing
import os
import threading

import django


def begin_worker() -> None:
    django.setup()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """If the parent was killed, a worker would wait forever."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)

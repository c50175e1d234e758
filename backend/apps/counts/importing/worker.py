"""How a worker of an import begins. Imported before Django is ready, so it knows nothing of the app."""

import multiprocessing
import os
import threading

import django


def begin_worker() -> None:
    django.setup()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A worker would wait for ever for one that was killed."""
    if parent := multiprocessing.parent_process():
        parent.join()
        os._exit(1)

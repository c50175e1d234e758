"""A pytest plugin: each worker of pytest-xdist gets a Redis database of its own.

pytest-django does the same for PostgreSQL. It reads Django's settings before any conftest is imported, so
this is a plugin that `scripts/run_tests.py` names in PYTEST_PLUGINS.
"""

import os

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")
URL = os.environ.get("REDIS_URL", "")

if WORKER and URL:
    server, _, database = URL.rpartition("/")
    os.environ["REDIS_URL"] = f"{server}/{int(database) + int(WORKER.removeprefix('gw')) + 1}"

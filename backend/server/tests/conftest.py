"""Tests use the fast path with any version of its packages, so that they test new versions."""

from server import dependencies

dependencies.HAS_FAST_PATH = True

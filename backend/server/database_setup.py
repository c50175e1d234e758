"""Prepares the database before the server runs: migrations, sample tracks, maintenance of the event log."""

import contextlib
import fcntl
import logging
from collections.abc import Callable, Iterator

from django.conf import settings
from django.core.management import call_command
from django.db import Error, connection, transaction

from core.process_tuning import private

# Any number that no other program uses on the same database.
ADVISORY_LOCK = 0x7475747469  # "tutti"
CONNECT_SECONDS = 5
SEEDED = "seeded"
SAMPLES_REMOVED = "sample queue removed"


class DatabaseUnusableError(Exception):
    """The database is unavailable, or rejects a statement of the start."""


def prepare_database(*, report: Callable[[str], None]) -> None:
    """Idempotent, also if several processes start concurrently. Raises DatabaseUnusableError."""
    try:
        with _one_process_at_a_time(), _without_a_log_line_for_each_row():
            _apply_migrations(report)
            seed_once(report)
            remove_sample_queue_once()
            _show_first_charts(report)
            _maintain()
    except Error as error:
        raise DatabaseUnusableError(f"the database cannot be used: {str(error).strip()}") from error
    finally:
        connection.close()


def _apply_migrations(report: Callable[[str], None]) -> None:
    from django.db.migrations.executor import MigrationExecutor  # only after django.setup()

    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        report(f"Applying {len(plan)} database migrations…")
        call_command("migrate", interactive=False, verbosity=0)


def seed_once(report: Callable[[str], None]) -> None:
    """Adds the sample tracks once per database, and only to an empty library that no music fills."""
    from apps.tracks.models import Track
    from core.models import OneTimeTask

    # Atomic: a killed start must not leave half a library.
    with transaction.atomic():
        _, is_new = OneTimeTask.objects.get_or_create(name=SEEDED)
        if is_new and not settings.MUSIC_DIRS and not Track.objects.exists():
            report("Adding sample tracks…")
            call_command("seed_tracks", verbosity=0)
            call_command("seed_playlist", verbosity=0)


def remove_sample_queue_once() -> None:
    """With music, once per database: samples have no audio, and would play first, in silence."""
    from core.models import OneTimeTask

    if not settings.MUSIC_DIRS:
        return
    with transaction.atomic():
        _, is_new = OneTimeTask.objects.get_or_create(name=SAMPLES_REMOVED)
        if is_new:
            call_command("seed_playlist", remove=True, verbosity=0)


def _show_first_charts(report: Callable[[str], None]) -> None:
    from apps.charts.services import show_first_charts  # only after django.setup()

    show_first_charts(report)


def _maintain() -> None:
    """Maintenance that jobs repeat, and that only a start needs: after a restored backup or a new setting."""
    from apps.jobs.tasks import purge_idempotency_records  # only after django.setup()
    from apps.playlist.tasks import apply_default_order, purge_removals
    from apps.realtime.tasks import trim
    from apps.users.tasks import purge_logins

    for purge in (trim, purge_idempotency_records, purge_logins):
        purge()
    call_command("new_epoch", if_restored=True)
    apply_default_order()
    purge_removals()


@contextlib.contextmanager
def _without_a_log_line_for_each_row() -> Iterator[None]:
    logging.disable(logging.INFO)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


# --- One process at a time ---------------------------------------------------------------------------


def _one_process_at_a_time() -> contextlib.AbstractContextManager[None]:
    return _file_lock() if connection.vendor == "sqlite" else _advisory_lock()


@contextlib.contextmanager
def _file_lock() -> Iterator[None]:
    with open(settings.DATA_DIR / "prepare.lock", "w", opener=private) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def _advisory_lock() -> Iterator[None]:
    """PostgreSQL's advisory lock, on a connection outside the pool, which would hide connection errors."""
    import psycopg

    parameters = {"connect_timeout": CONNECT_SECONDS, **connection.get_connection_params()}
    try:
        own = psycopg.connect(**parameters, autocommit=True)
    except psycopg.Error as error:
        raise DatabaseUnusableError(
            f"PostgreSQL (DATABASE_URL) is unavailable: {str(error).strip()}"
        ) from error
    with own:
        # Preparing a new database may take longer than the lock timeout of writes.
        own.execute("SET lock_timeout = 0")
        own.execute("SELECT pg_advisory_lock(%s)", [ADVISORY_LOCK])
        yield

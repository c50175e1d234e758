"""Starts Tutti: `python -m server` checks the settings, prepares the database and runs Daphne."""

import argparse
import contextlib
import os
import socket
import sys
from enum import IntEnum

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from core.database import checkpoint_database
from core.network import local_hostnames, set_public_urls
from core.process_tuning import allow_many_files, with_large_stack_chunk
from server.banner import banner, ready_line
from server.connections import CannotListenError, bound_socket
from server.database_setup import DatabaseUnusableError, prepare_database

ALL_INTERFACES = "0.0.0.0"  # noqa: S104 - listened on only if --lan or HOST requests it


STOPPING = "Shutting down and notifying clients. Press Ctrl-C again to quit immediately."


class Exit(IntEnum):
    """Exit codes of the process."""

    OK = 0
    INVALID_SETTINGS = 2
    NO_DATABASE = 3
    NO_PORT = 4


def main(arguments: list[str] | None = None) -> Exit:
    options = _parse(arguments)
    _export_options(options)
    try:
        _load_settings(lan=options.lan)
        return _prepare_only() if options.prepare else _prepare_and_serve(lan=options.lan)
    except ImproperlyConfigured as error:
        return _fail(Exit.INVALID_SETTINGS, error)
    except DatabaseUnusableError as error:
        return _fail(Exit.NO_DATABASE, error)
    except CannotListenError as error:
        return _fail(Exit.NO_PORT, error)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="start-daphne.sh", description="Starts Tutti.", allow_abbrev=False)
    parser.add_argument("--lan", action="store_true", help="accept connections from the local network")
    parser.add_argument("--port", metavar="N", help="port to listen on (default 4000; 0 picks a free port)")
    parser.add_argument("--host", metavar="ADDRESS", help="IP address to listen on (default 127.0.0.1)")
    parser.add_argument("--music", metavar="DIR", action="append", help="a folder with audio files")
    parser.add_argument("--prepare", action="store_true", help="prepare the database and stop")
    return parser.parse_args(arguments)


def _export_options(options: argparse.Namespace) -> None:
    """Command-line options take precedence over the environment and `.env`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"  # overrides a value of another project
    host = options.host or (ALL_INTERFACES if options.lan else None)
    music = ":".join(map(os.path.abspath, options.music)) if options.music else None
    for name, value in {"HOST": host, "PORT": options.port, "MUSIC_DIRS": music}.items():
        if value is not None:
            os.environ[name] = value


def _load_settings(*, lan: bool) -> None:
    if lan:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, *local_hostnames()]
    django.setup()


def _prepare_only() -> Exit:
    prepare_database(report=_print)
    _print("The database is ready.")
    return Exit.OK


def _prepare_and_serve(*, lan: bool) -> Exit:
    with bound_socket(settings.HOST, settings.PORT) as listener:
        set_public_urls(address=listener.getsockname()[0], port=_port_of(listener))
        prepare_database(report=_print)
        allow_many_files()
        _print(banner(settings.HOST, _port_of(listener), lan=lan))
        _serve(listener)
    _print("Stopped.")
    return Exit.OK


@with_large_stack_chunk
def _serve(listener: socket.socket) -> None:
    # Imported late: these import the whole application, which needs the settings.
    from apps.audio.tasks import scan_folders
    from config.asgi import application
    from server.daphne import run
    from server.embedded_worker import EmbeddedWorker

    line = ready_line(settings.HOST, _port_of(listener))
    jobs = EmbeddedWorker() if settings.EMBEDDED_JOB_WORKER else None

    if settings.MUSIC_DIRS:
        scan_folders.request()

    def report_ready() -> None:
        _print(line)
        if jobs:
            jobs.start()

    def report_stopping() -> None:
        _print(STOPPING)
        if jobs:
            jobs.begin_stop()

    if jobs:
        jobs.announce()
    run(application, listener, on_ready=report_ready, on_stopping=report_stopping)
    if jobs:
        jobs.finish()
    checkpoint_database()


def _port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def _fail(code: Exit, reason: Exception) -> Exit:
    sys.stderr.write(f"Tutti cannot start: {reason}\n")
    return code


def _print(text: str) -> None:
    with contextlib.suppress(OSError):  # a closed terminal must not interrupt an orderly stop
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

"""Starts Tutti: `python -m config.server` checks the settings, prepares the database and runs Daphne."""

import argparse
import contextlib
import os
import socket
import sys
from enum import IntEnum

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.banner import banner, ready_line
from config.listening import CannotListenError, bound_socket
from config.local_network import own_names
from config.reach import remember_reach
from config.startup import DatabaseUnusableError, prepare_database
from core.capacity import allow_many_files
from core.connections import checkpoint_database
from core.frames import roomy

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - listened on only when --lan or HOST asks for it


STOPPING = "Shutting down and notifying clients. Press Ctrl-C again to quit immediately."


class Exit(IntEnum):
    """What the process ends with."""

    ORDERLY = 0
    WRONG_SETTINGS = 2
    NO_DATABASE = 3
    NO_PORT = 4


def main(arguments: list[str] | None = None) -> Exit:
    options = _parse(arguments)
    _carry_into_environment(options)
    try:
        _load_settings(lan=options.lan)
        return _prepare_only() if options.prepare else _prepare_and_serve(lan=options.lan)
    except ImproperlyConfigured as error:
        return _refuse(Exit.WRONG_SETTINGS, error)
    except DatabaseUnusableError as error:
        return _refuse(Exit.NO_DATABASE, error)
    except CannotListenError as error:
        return _refuse(Exit.NO_PORT, error)


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="start-daphne.sh", description="Starts Tutti.", allow_abbrev=False)
    parser.add_argument("--lan", action="store_true", help="accept connections from the local network")
    parser.add_argument("--port", metavar="N", help="port to listen on (default 4000; 0 picks a free port)")
    parser.add_argument("--host", metavar="ADDRESS", help="IP address to listen on (default 127.0.0.1)")
    parser.add_argument("--prepare", action="store_true", help="prepare the database and stop")
    return parser.parse_args(arguments)


def _carry_into_environment(options: argparse.Namespace) -> None:
    """What was said on the command line goes before the environment and `.env`."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"  # whatever another project has left there
    host = options.host or (EVERY_ADDRESS if options.lan else None)
    for name, value in {"HOST": host, "PORT": options.port}.items():
        if value is not None:
            os.environ[name] = value


def _load_settings(*, lan: bool) -> None:
    if lan:
        settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, *own_names()]
    django.setup()


def _prepare_only() -> Exit:
    prepare_database(tell=_tell)
    _tell("The database is ready.")
    return Exit.ORDERLY


def _prepare_and_serve(*, lan: bool) -> Exit:
    with bound_socket(settings.HOST, settings.PORT) as listener:
        remember_reach(address=listener.getsockname()[0], port=_port_of(listener))
        prepare_database(tell=_tell)
        allow_many_files()
        _tell(banner(settings.HOST, _port_of(listener), lan=lan))
        _serve(listener)
    _tell("Stopped.")
    return Exit.ORDERLY


@roomy
def _serve(listener: socket.socket) -> None:
    # Only now: these import the whole application, which needs the settings in place.
    from config.asgi import application
    from config.daphne_server import run
    from config.own_jobs import OwnJobs

    line = ready_line(settings.HOST, _port_of(listener))
    jobs = OwnJobs() if settings.JOBS_IN_SERVER else None

    def tell_ready() -> None:
        _tell(line)
        if jobs:
            jobs.start()

    def tell_stopping() -> None:
        _tell(STOPPING)
        if jobs:
            jobs.begin_stop()

    if jobs:
        jobs.announce()
    run(application, listener, on_ready=tell_ready, on_stopping=tell_stopping)
    if jobs:
        jobs.finish()
    checkpoint_database()


def _port_of(listener: socket.socket) -> int:
    port: int = listener.getsockname()[1]
    return port


def _refuse(code: Exit, reason: Exception) -> Exit:
    sys.stderr.write(f"Tutti cannot start: {reason}\n")
    return code


def _tell(text: str) -> None:
    with contextlib.suppress(OSError):  # the terminal may have been closed; that is no reason to stop badly
        sys.stdout.write(f"{text}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

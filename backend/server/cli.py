"""The command `./tutti`: passes its arguments to the server or to a management command."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from core.process_tuning import pause_gc, resume_gc, with_large_stack_chunk

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
HELP = """\
Usage: ./tutti COMMAND …

  etl run [--stage STAGE] [--genre GENRE] [--service SERVICE] [--from DIR] [--dry-run]
                               gather charts: all stages, or one of
                               extract, transform, aggregate, counts, publish
  etl status                   show the last run of each stage, and the age of each source
  etl replay [--since MOMENT]  deliver undelivered events again
  etl notice                   print the report of the last day, and send it as configured
  import_view_counts FILE …    import view counts from a MongoDB export
  speaker --room ROOM --mpd HOST[:PORT] [--server URL]
                               play a room on an MPD (Music Player Daemon), also from another computer
  speaker --room ROOM --sendspin [--server URL]
                               play a room on the Sendspin players of the network (Python 3.12 or newer)
  api start [--env NAME] …     start the server, as ./start-daphne.sh does, with the same options
  db migrate                   apply the migrations
  cache clear [--prefix …]     clear the caches of charts and view counts
  cache warm                   fill these caches

Each command has its own --help. With --env NAME, any command reads its settings from the file
.env.NAME (or from the file NAME) instead of .env; `development` and `production` need no file: they turn
DEBUG on and off.

Exit codes: 0 success, 1 failure, 2 invalid arguments or settings, 3 partial failure (the rest is done),
4 not possible now (try again later), 130 interrupted. Exit codes of `api start`: 3 no database,
4 port not available. `speaker` ends with 0 if it is interrupted.
"""
DEBUG_OF = {"development": "true", "production": "false"}


class Exit(IntEnum):
    """Exit codes of the process, besides those of the commands."""

    OK = 0
    FAILED = 1
    USAGE = 2
    INTERRUPTED = 130


class UsageError(Exception):
    """Invalid arguments; the message contains the reason."""


@with_large_stack_chunk
def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in {"--help", "-h", "help"}:
        sys.stdout.write(HELP)
        return Exit.OK if arguments else Exit.USAGE
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    pause_gc()
    try:
        return _run(arguments)
    except UsageError as error:
        return _fail(Exit.USAGE, f"{error} See ./tutti --help.")
    except ImproperlyConfigured as error:
        return _fail(Exit.USAGE, f"Tutti cannot start: {error}")
    except KeyboardInterrupt:
        return _fail(Exit.INTERRUPTED, "Stopped. The next run continues from here.")


def _run(arguments: Sequence[str]) -> int:
    arguments, env = _without_env(list(arguments))
    _set_env(env)
    group, rest = arguments[0], arguments[1:]
    if group in {"etl", "cache", "import_view_counts"}:
        return _manage([group, *rest])
    if group == "speaker":
        return _speak(rest)
    if group in {"api", "db"}:
        return _run_action(group, rest)
    raise UsageError(f"Unknown command: {group!r}.")


def _run_action(group: str, rest: list[str]) -> int:
    actions: Mapping[tuple[str, str], Callable[[list[str]], int]] = {
        ("api", "start"): _start,
        ("db", "migrate"): lambda options: _manage(["migrate", *options]),
    }
    action = actions.get((group, rest[0] if rest else ""))
    if action is None:
        known = " and ".join(f"{one} {other}" for one, other in actions if one == group)
        raise UsageError(f"{group!r} needs an action: {known}.")
    return action(rest[1:])


def _start(options: list[str]) -> int:
    from server.__main__ import main as serve

    os.chdir(PROJECT_DIR / "backend")
    return serve(options)


def _speak(options: list[str]) -> int:
    from speaker.command import main as speak

    resume_gc()
    return speak(options)


def _manage(arguments: list[str]) -> int:
    """A failing command ends the process with its own exit code."""
    from django.db import Error

    try:
        execute_from_command_line(["tutti", *arguments])
    except Error as error:
        return _fail(Exit.FAILED, f"The database cannot be used: {str(error).strip()}")
    return Exit.OK


def _without_env(arguments: list[str]) -> tuple[list[str], str | None]:
    env, left = None, []
    while arguments:
        argument = arguments.pop(0)
        if argument == "--env":
            if not arguments:
                raise UsageError("--env needs a name.")
            env = arguments.pop(0)
        elif argument.startswith("--env="):
            env = argument.removeprefix("--env=")
        else:
            left.append(argument)
    return left, env


def _set_env(name: str | None) -> None:
    """Environment variables take precedence over the file."""
    if name is None:
        return
    named = [Path(name), PROJECT_DIR / f".env.{name}"]
    file = next((one.resolve() for one in named if one.is_file()), None)
    if file is not None:
        os.environ["ENV_FILE"] = str(file)
    elif name not in DEBUG_OF:
        raise UsageError(f"--env {name}: there is neither a file {named[1].name} nor a file {name}.")
    if name in DEBUG_OF:
        os.environ.setdefault("DEBUG", DEBUG_OF[name])


def _fail(code: Exit, why: str) -> Exit:
    sys.stderr.write(f"{why}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

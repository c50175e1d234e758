"""What `./tutti` does with its words: hands them to the server or to one of the management commands."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence
from enum import IntEnum
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from core.frames import roomy

PROJECT_DIR = Path(__file__).resolve().parent.parent.parent
HELP = """\
Usage: ./tutti COMMAND …

  etl run [--stage STAGE] [--genre GENRE] [--service SERVICE] [--from DIR] [--dry-run]
                               gather charts: all stages, or one of
                               extract, transform, aggregate, counts, publish
  etl status                   the last run of each stage, and the age of each source
  etl replay [--since MOMENT]  tell events again that were not heard
  etl notice                   say how the last day went, also to whom the settings name
  import_view_counts FILE …    bring view counts over from a MongoDB export
  api start [--env NAME] …     start the server, as ./start-daphne.sh does, with the same options
  db migrate                   bring the database up to date
  cache clear [--prefix …]     forget what is remembered of charts and view counts
  cache warm                   remember it before somebody asks

Each command has a --help of its own. --env NAME, behind any command, takes the settings from the file
.env.NAME (or from the file NAME) instead of .env; `development` and `production` need no file: they turn
DEBUG on and off.

It ends with 0 when all went well, 1 when it failed, 2 when words or settings make no sense, 3 when a part
failed and the rest was done, 4 when it can't be done now and may be tried later, 130 when somebody stopped
it. `api start` ends with 3 without a database and with 4 without its port.
"""
DEBUG_OF = {"development": "true", "production": "false"}


class Exit(IntEnum):
    """What the process ends with, beside what a command itself ends with."""

    ORDERLY = 0
    FAILED = 1
    NONSENSE = 2
    STOPPED = 130


class WordsError(Exception):
    """The words make no sense; the text says why."""


@roomy
def main(words: Sequence[str]) -> int:
    if not words or words[0] in {"--help", "-h", "help"}:
        sys.stdout.write(HELP)
        return Exit.ORDERLY if words else Exit.NONSENSE
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    try:
        return _run(words)
    except WordsError as error:
        return _refuse(Exit.NONSENSE, f"{error} ./tutti --help lists what can be said.")
    except ImproperlyConfigured as error:
        return _refuse(Exit.NONSENSE, f"Tutti cannot start: {error}")
    except KeyboardInterrupt:
        return _refuse(Exit.STOPPED, "Stopped. The next run continues from here.")


def _run(words: Sequence[str]) -> int:
    words, env = _without_env(list(words))
    _set_env(env)
    group, rest = words[0], words[1:]
    if group in {"etl", "cache", "import_view_counts"}:
        return _manage([group, *rest])
    if group in {"api", "db"}:
        return _two_words(group, rest)
    raise WordsError(f"There is no command {group!r}.")


def _two_words(group: str, rest: list[str]) -> int:
    actions: Mapping[tuple[str, str], Callable[[list[str]], int]] = {
        ("api", "start"): _start,
        ("db", "migrate"): lambda options: _manage(["migrate", *options]),
    }
    action = actions.get((group, rest[0] if rest else ""))
    if action is None:
        known = " and ".join(f"{one} {other}" for one, other in actions if one == group)
        raise WordsError(f"Of {group!r} there is {known}.")
    return action(rest[1:])


def _start(options: list[str]) -> int:
    from config.server import main as serve

    os.chdir(PROJECT_DIR / "backend")
    return serve(options)


def _manage(words: list[str]) -> int:
    """A command that fails ends the process by itself, with its own code."""
    from django.db import Error

    try:
        execute_from_command_line(["tutti", *words])
    except Error as error:
        return _refuse(Exit.FAILED, f"The database cannot be used: {str(error).strip()}")
    return Exit.ORDERLY


def _without_env(words: list[str]) -> tuple[list[str], str | None]:
    env, left = None, []
    while words:
        word = words.pop(0)
        if word == "--env":
            if not words:
                raise WordsError("--env needs a name.")
            env = words.pop(0)
        elif word.startswith("--env="):
            env = word.removeprefix("--env=")
        else:
            left.append(word)
    return left, env


def _set_env(name: str | None) -> None:
    """Settings that are set already go before those of a file, as always."""
    if name is None:
        return
    named = [Path(name), PROJECT_DIR / f".env.{name}"]
    file = next((one.resolve() for one in named if one.is_file()), None)
    if file is not None:
        os.environ["ENV_FILE"] = str(file)
    elif name not in DEBUG_OF:
        raise WordsError(f"--env {name}: there is neither a file {named[1].name} nor a file {name}.")
    if name in DEBUG_OF:
        os.environ.setdefault("DEBUG", DEBUG_OF[name])


def _refuse(code: Exit, why: str) -> Exit:
    sys.stderr.write(f"{why}\n")
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

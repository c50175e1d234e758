"""Typed readers of environment variables, which collect all errors and report them together."""

import contextlib
import importlib.util
import os
import re
import secrets
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
SECRET_KEY_BYTES = 48
# The supported schemes of django-environ.
MAIL_SCHEMES = ("smtp", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "dummymail")
# Variables whose invalid values are not shown.
SECRET_WORDS = ("SECRET", "URL", "TOKEN", "DSN", "WEBHOOK")
HOST_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
MAIL_ADDRESS = re.compile(r"[^\s@,<>]+@[^\s@,<>]+")
ENV_LINE = re.compile(r"(export )?[A-Za-z_][A-Za-z_0-9]*=(\S.*)?", re.ASCII)


N = TypeVar("N", int, float)


def default_mail() -> str:
    """Mails contain password reset tokens. By default they are printed only on a terminal, not in logs."""
    return "consolemail://" if sys.stdout.isatty() else "dummymail://"


class Environment:
    """Reads settings from the environment; `finish` raises if any was invalid."""

    def __init__(self, *, env_file: Path) -> None:
        self._problems: list[str] = []
        self._from_files: dict[str, str] = {}
        if env_file.is_file():
            self._reject_invalid_lines(env_file)
            environ.Env.read_env(str(env_file))

    def read_from_file(self, name: str) -> None:
        """NAME_FILE is a file that contains the value of NAME, as for secrets of containers."""
        path = self.text(name)
        if not path:
            return
        variable = name.removesuffix("_FILE")
        if os.environ.get(variable, "").strip():
            self._reject(name, f"and {variable} are both set: set only one of them")
        try:
            self._from_files[variable] = Path(path).read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            self._reject(name, f"cannot be read: {getattr(error, 'strerror', 'it is not text')}")
        else:
            if not self._from_files[variable]:
                self._reject(name, "is empty")

    def text(self, name: str, default: str = "") -> str:
        given = self._given(name)
        return default if given is None else given.strip()

    def one_of(self, name: str, default: str, *, among: list[str]) -> str:
        word = self.text(name).upper() or default
        if word not in among:
            self._reject(name, f"must be one of {', '.join(among)}")
            return default
        return word

    def flag(self, name: str, *, default: bool) -> bool:
        word = self.text(name, str(default)).lower()
        if word in TRUE_WORDS | FALSE_WORDS:
            return word in TRUE_WORDS
        self._reject(name, "must be true or false")
        return default

    def integer(self, name: str, default: int, *, least: int, most: int) -> int:
        return self._number(name, default, int, "a whole number", least=least, most=most)

    def decimal(self, name: str, default: float, *, least: float, most: float) -> float:
        return self._number(name, default, float, "a number", least=least, most=most)

    def words(self, name: str, default: list[str], *, may_be_empty: bool = True) -> list[str]:
        """A comma-separated list; spaces around values and empty values are ignored."""
        given = self._given(name)
        if given is None or not (may_be_empty or given.strip()):
            return default
        return [word.strip() for word in given.split(",") if word.strip()]

    def origins(self, name: str, default: list[str]) -> list[str]:
        return [self._origin(name, origin.rstrip("/")) for origin in self.words(name, default)]

    def service_url(self, name: str, default: str) -> str:
        """The URL of an external service, without a final slash; "" if there is none and no default."""
        if not default and not self.text(name):
            return ""
        address = (self.text(name) or default).rstrip("/")
        parts = urlsplit(address) if _scheme(address) in {"http", "https"} else None
        if not parts or not parts.hostname or parts.username or parts.query or parts.fragment:
            self._reject(name, "must be an http or https URL such as https://api.example.org/v1")
            return default
        return address

    def file_url(self, name: str) -> str:
        """The URL of a file; "" for none."""
        address = self.text(name)
        parts = urlsplit(address) if _scheme(address) in {"http", "https"} else None
        if address and (not parts or not parts.hostname or parts.username or parts.fragment):
            self._reject(name, "must be an http or https URL such as https://example.org/counts.csv")
            return ""
        return address

    def all_or_none(self, *names: str) -> None:
        """Rejects a part of settings that are only valid together."""
        missing = [name for name in names if not self.text(name)]
        if 0 < len(missing) < len(names):
            self._reject(missing[0], f"is not set: {' and '.join(names)} go together")

    def mapping(self, name: str, default: dict[str, str], *, keys: list[str]) -> dict[str, str]:
        """`key=value` pairs, comma-separated; a missing key has its default, an empty value disables it."""
        pairs = [word.partition("=") for word in self.words(name, [])]
        for key, equals, _ in pairs:
            if key not in keys or not equals:
                self._reject(name, f"must list pairs such as {keys[0]}=…, of {', '.join(keys)}, not {key!r}")
        filled = {**default, **{key: value for key, _, value in pairs}}
        return {key: value for key, value in filled.items() if value}

    def webhook_url(self, name: str) -> str:
        """A webhook's URL; "" for none. Its path and query may be secret."""
        address = self.text(name)
        parts = urlsplit(address) if _scheme(address) in {"http", "https"} else None
        if address and (not parts or not parts.hostname or parts.fragment):
            self._reject(name, "must be an http or https URL such as https://hooks.example.org/…")
            return ""
        return address

    def mail_addresses(self, name: str) -> list[str]:
        given = self.words(name, [])
        for address in given:
            if not MAIL_ADDRESS.fullmatch(address):
                self._reject(name, f"must list email addresses such as ada@example.org, not {address!r}")
        return given

    def host_names(self, name: str, *, such_as: str = "covers.example.org") -> list[str]:
        """In lower case. They become part of a Content Security Policy, so only host names are valid."""
        names = [given.lower() for given in self.words(name, [])]
        for given in names:
            if not HOST_NAME.fullmatch(given):
                self._reject(name, f"must list host names such as {such_as}, not {given!r}")
        return names

    def folder(self, name: str, default: Path, *, base: Path) -> Path:
        """A writable folder, created if missing; relative paths start at `base`."""
        path = base / (self.text(name) or default)
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            self._reject(name, f"names {path}, which cannot be created: {error.strerror}")
        else:
            if not os.access(path, os.W_OK | os.X_OK):
                self._reject(name, f"names {path}, which is not writable")
        return path

    def existing_folder(self, name: str, *, base: Path) -> Path | None:
        """An existing folder; None if not set. Relative paths start at `base`."""
        given = self.text(name)
        if not given:
            return None
        path = base / given
        if not path.is_dir():
            self._reject(name, f"names {path}, which is not a folder")
        return path

    def existing_folders(self, name: str, *, base: Path) -> list[Path]:
        """Colon-separated folders, with symbolic links resolved, each once."""
        paths = [(base / given).resolve() for given in self.text(name).split(":") if given.strip()]
        for path in paths:
            if not path.is_dir():
                self._reject(name, f"names {path}, which is not a folder")
        return list(dict.fromkeys(paths))

    def database(self, name: str, default: dict[str, object]) -> dict[str, object]:
        """Django's settings of one database, from an sqlite:// or postgresql:// URL."""
        address = self.text(name)
        if not address:
            return default
        if _scheme(address) not in {"sqlite", "postgres", "postgresql"}:
            self._reject(name, "must start with postgresql:// or sqlite://")
            return default
        try:
            database: dict[str, object] = environ.Env.db_url_config(address)
        except (ValueError, ImproperlyConfigured) as error:
            self._reject(name, f"is not a database URL: {error}")
            return default
        if not database.get("NAME"):
            self._reject(name, "must name the database, as in postgresql://user:password@host:5432/tutti")
            return default
        # django-environ does not decode %2F in a host, the notation of a socket's folder.
        database["HOST"] = unquote(str(database.get("HOST") or ""))
        return database

    def mail(self, name: str, default: str) -> dict[str, Any]:
        """Django's settings of mail, from a URL such as smtp+tls://user:password@host:587."""
        address = self.text(name) or default
        if _scheme(address) not in MAIL_SCHEMES:
            self._reject(name, f"must start with one of {', '.join(f'{one}://' for one in MAIL_SCHEMES)}")
            address = default
        elif _scheme(address).startswith("smtp") and not urlsplit(address).hostname:
            self._reject(name, "must name the mail server, as in smtp+tls://user:password@host:587")
            address = default
        elif _scheme(address) == "filemail" and not urlsplit(address).path.strip("/"):
            self._reject(name, "must name the folder, as in filemail:////var/spool/tutti")
            address = default
        mail: dict[str, Any] = environ.Env.email_url_config(address)
        return mail

    def redis_urls(self) -> list[str]:
        """REDIS_URL (comma-separated URLs share the load), else REDIS_HOST and REDIS_PORT, else none."""
        addresses = self.words("REDIS_URL", [])
        host, port = self.text("REDIS_HOST"), self.integer("REDIS_PORT", 6379, least=1, most=65535)
        if not addresses and (host or self.text("REDIS_PORT")):
            addresses = [f"redis://{host or 'localhost'}:{port}/0"]
        for address in addresses:
            if _scheme(address) not in {"redis", "rediss", "unix"}:
                self._reject("REDIS_URL", "must start with redis://, rediss:// or unix://, and name a host")
        return addresses

    def secret_key(self, name: str, *, file: Path) -> str:
        """The variable, otherwise the file's content, generated once and readable only by its owner."""
        if given := self.text(name):
            return given
        try:
            return _read_or_create_secret(file)
        except OSError as error:
            if not self._problems:  # otherwise the error of the folder suffices
                self._reject(name, f"is not set, and {file} cannot be used: {error.strerror}")
            return secrets.token_urlsafe(SECRET_KEY_BYTES)

    def dsn(self, name: str, *, package: str, lock: str) -> str:
        """The DSN of a Sentry-compatible service. If it is set, `package` must be installed."""
        address = self.text(name)
        if not address:
            return ""
        parts = urlsplit(address)
        is_whole = parts.scheme in {"http", "https"} and parts.username and parts.hostname
        if not is_whole or not parts.path.strip("/"):
            self._reject(name, "must look like https://key@host/number")
        elif importlib.util.find_spec(package) is None:
            self._reject(name, f"needs another package: .venv/bin/python -m pip install -r {lock}")
        return address

    def finish(self) -> None:
        if self._problems:
            raise ImproperlyConfigured("\n".join(["the settings need attention.", *self._problems]))

    def _given(self, name: str) -> str | None:
        return self._from_files.get(name) or os.environ.get(name)

    def _reject(self, name: str, reason: str) -> None:
        given = self._given(name)
        is_shown = given is not None and not any(word in name for word in SECRET_WORDS)
        shown = f" (it is {given!r})" if is_shown else ""
        self._problems.append(f"  {name} {reason}{shown}.")

    def _reject_invalid_lines(self, env_file: Path) -> None:
        """Rejects invalid lines, which would otherwise be ignored."""
        for number, line in enumerate(env_file.read_text().splitlines(), start=1):
            is_said = line.strip() and not line.lstrip().startswith("#")
            if is_said and not ENV_LINE.fullmatch(line.strip()):
                self._problems.append(
                    f"  {env_file}, line {number}: must be NAME=value, without spaces around =."
                )

    def _number(self, name: str, default: N, kind: Callable[[str], N], words: str, *, least: N, most: N) -> N:
        given = self.text(name)
        try:
            number = kind(given) if given else default
        except ValueError:
            self._reject(name, f"must be {words}")
            return default
        if not least <= number <= most:  # also rejects NaN
            self._reject(name, f"must be {words} from {least} to {most}")
            return default
        return number

    def _origin(self, name: str, origin: str) -> str:
        parts = urlsplit(origin) if _scheme(origin) in {"http", "https"} else None
        if not parts or not parts.hostname or parts.path or parts.query:
            self._reject(name, f"must list origins such as http://example.org:3000, not {origin!r}")
        return origin


def _scheme(address: str) -> str:
    """The scheme of a valid URL with a valid port; otherwise empty."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises for an invalid port
    except ValueError:
        return ""
    return parts.scheme


def _read_or_create_secret(file: Path) -> str:
    """The secret in `file`; processes that start concurrently get the same one."""
    if not file.exists():
        draft = file.with_name(f".{file.name}-{os.getpid()}-{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(SECRET_KEY_BYTES))
        with contextlib.suppress(FileExistsError):
            os.link(draft, file)  # atomic
        draft.unlink()
    return file.read_text().strip()

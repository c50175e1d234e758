"""Migrated and seeded databases, so that each server starts quickly on a fresh copy."""

import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from tests.processes import TuttiServer, prepare
from tests.services import Postgres


class PreparedDatabases:
    """Created on first use, and reused for the whole run."""

    def __init__(self) -> None:
        self._template: Path | None = None
        self._postgres: Postgres | None = None
        self._database = ""

    def folder(self, place: Path) -> Path:
        """A data folder for the embedded mode."""
        if self._template is None:
            self._template = Path(tempfile.mkdtemp(prefix="tutti-ready-")) / "data"
            self._prepare(TuttiServer(data_folder=self._template))
        return Path(shutil.copytree(self._template, place / "data"))

    def database_url(self) -> str:
        """A database for the server mode."""
        if self._postgres is None:
            self._postgres = Postgres()
            self._postgres.start()
            address = self._postgres.create_database()
            self._prepare(TuttiServer(database_url=address))
            self._database = urlsplit(address).path.removeprefix("/")
        return self._postgres.create_database(template=self._database)

    def close(self) -> None:
        if self._template is not None:
            shutil.rmtree(self._template.parent, ignore_errors=True)
        if self._postgres is not None:
            self._postgres.delete_data()

    @staticmethod
    def _prepare(server: TuttiServer) -> None:
        prepare(server.environment)
        server.delete_data()

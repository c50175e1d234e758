"""Writes the server's schemas into a folder, as its endpoints return them: input of code generators."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.api.swagger import swagger_document
from apps.api.views import messages_schema
from core.json_codec import json_bytes


class Command(BaseCommand):
    help = "Write schema.json and events.schema.json into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        schemas = {
            "schema.json": swagger_document(),
            "events.schema.json": messages_schema(),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas.items():
            (folder / name).write_bytes(json_bytes(schema))

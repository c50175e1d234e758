"""Writes the server's schemas into a folder, as it answers them: for what is generated from them."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.documentation import frames_schema
from config.swagger import swagger_document
from core.rendering import json_bytes


class Command(BaseCommand):
    help = "Write schema.json and events.schema.json into a folder."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path)

    def handle(self, *_: Any, folder: Path, **__: Any) -> None:
        schemas = {
            "schema.json": swagger_document(),
            "events.schema.json": frames_schema(),
        }
        folder.mkdir(parents=True, exist_ok=True)
        for name, schema in schemas.items():
            (folder / name).write_bytes(json_bytes(schema))

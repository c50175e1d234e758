"""Exports as MongoDB's programs write them, with invented counts."""

import json
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import bson

FIRST_DAY = date(2026, 3, 1)


def flat(track: int, day: int, count: Any, *, service: str = "spotify", **more: Any) -> dict[str, Any]:
    on = FIRST_DAY + timedelta(days=day)
    return {
        "_id": {"$oid": f"{track:08x}{day:016x}"},
        "isrc": f"QZTUT25{track:05}",
        "service": service,
        "view_count": count,
        "recorded_date": {"$date": f"{on}T02:00:00Z"},
        **more,
    }


def write_lines(place: Path, documents: Iterable[Any]) -> Path:
    with place.open("w", encoding="utf-8") as file:
        file.writelines(f"{json.dumps(document)}\n" for document in documents)
    return place


def write_bson(place: Path, documents: Iterable[dict[str, Any]]) -> Path:
    with place.open("wb") as file:
        file.writelines(bson.encode(document) for document in documents)
    return place

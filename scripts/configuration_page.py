"""Writes docs/configuration.md from .env.example: a table for each section, a row for each setting."""

import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
EXAMPLE = PROJECT / ".env.example"
PAGE = PROJECT / "docs" / "configuration.md"
INTRODUCTION = """\
# Configuration

Settings are environment variables, or lines of a file `.env` in the project's folder. Environment variables
take precedence. If a value is invalid, Tutti does not start and prints the reason. Commas separate list
items. `make configuration` writes this page from `.env.example`.
"""
SECTION = re.compile(r"^# --- (.+) ---$", re.MULTILINE)
SETTING = re.compile(r"((?:^# .+\n)+)^#([A-Z][A-Z_]+)=(.*)$", re.MULTILINE)


def configuration_page(example: str) -> str:
    """The whole document for the text of .env.example."""
    _, *parts = SECTION.split(example)
    tables = [f"\n## {title}\n\n{_table(body)}" for title, body in zip(parts[::2], parts[1::2], strict=True)]
    return INTRODUCTION + "".join(tables)


def _table(body: str) -> str:
    rows = [_row(*found) for found in SETTING.findall(body)]
    return "".join(f"{row}\n" for row in ["| setting | default | meaning |", "|---|---|---|", *rows])


def _row(comment: str, name: str, value: str) -> str:
    text = " ".join(line.removeprefix("# ") for line in comment.splitlines())
    meaning, _, default = text.rpartition(" Default: ")
    default = f"`{value}`" if default == "as below" else default
    return f"| `{name}` | {default} | {meaning} |"


if __name__ == "__main__":
    PAGE.write_text(configuration_page(EXAMPLE.read_text()))
    sys.stdout.write(f"{PAGE.relative_to(PROJECT)} is up to date.\n")

"""The project's own pages, as tests read them."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PROTOCOL = PROJECT / "docs" / "protocol.md"
SETTINGS = PROJECT / ".env.example"


def protocol() -> str:
    return PROTOCOL.read_text()


def code_block(language: str) -> str:
    """The one block of code in this language that the page about the protocol has."""
    [block] = re.findall(rf"^```{language}\n(.*?)^```$", protocol(), re.MULTILINE | re.DOTALL)
    return str(block)


def table(heading: str, *, of: int = 1) -> list[list[str]]:
    """The rows of a table below this heading, each a list of cells; `of` says which one of several."""
    section = protocol().split(f" {heading}\n", 1)[1]
    section = re.split(r"^#+ ", section, maxsplit=1, flags=re.MULTILINE)[0]
    tables = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    lines = tables[of - 1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]

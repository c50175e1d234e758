"""The project's own pages, as tests read them."""

import re
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
PROTOCOL = PROJECT / "docs" / "protocol.md"
README = PROJECT / "README.md"
API = PROJECT / "docs" / "api.md"
TROUBLESHOOTING = PROJECT / "docs" / "troubleshooting.md"
SETTINGS = PROJECT / ".env.example"


def protocol() -> str:
    return PROTOCOL.read_text()


def code_block(language: str) -> str:
    """The one block of code in this language that the page about the protocol has."""
    [block] = re.findall(rf"^```{language}\n(.*?)^```$", protocol(), re.MULTILINE | re.DOTALL)
    return str(block)


def section(page: str, heading: str) -> str:
    """What stands below this heading, up to the next one."""
    after = page.split(f"# {heading}\n", 1)[1]
    return re.split(r"^#+ ", after, maxsplit=1, flags=re.MULTILINE)[0]


def table(heading: str, *, of: int = 1, page: Path = PROTOCOL) -> list[list[str]]:
    """The rows of a table below this heading, each a list of cells; `of` says which one of several."""
    tables = re.findall(r"(?:^\|.*\n)+", section(page.read_text(), heading), re.MULTILINE)
    lines = tables[of - 1].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]

"""Whether the page is built, and why not, as scripts/page.py left it behind."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Missing:
    """Why there is no page, and what to do about it."""

    why: str
    what_to_do: str


def why_missing(folder: Path) -> Missing:
    """Why a server has no page to give."""
    if is_built(folder):
        return Missing("It was built after this server had been started.", "Start the server again.")
    not_yet = Missing("It has not been built yet.", "Start by ./start-daphne.sh, or type: make page")
    return why_not_built(folder) or not_yet


def why_not_built(folder: Path) -> Missing | None:
    """As scripts/page.py noted it the last time, when it could not build the page."""
    try:
        why, _, what_to_do = folder.with_name(f"{folder.name}.problem").read_text().partition("\n")
    except OSError:
        return None
    return Missing(why.strip(), what_to_do.strip())


def is_built(folder: Path) -> bool:
    return (folder / "index.html").is_file()

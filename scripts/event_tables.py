"""Writes the tables of events in docs/protocol.md: a row for each type, with its receiver's docstring."""

import os
import re
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
PAGE = PROJECT / "docs" / "protocol.md"
# The headings of the tables, by the kind of stream.
HEADINGS = {"playlist": "Events", "charts": "Events of charts"}


def with_event_tables(page: str) -> str:
    """The document with tables generated from the code. Requires `django.setup()`."""
    from apps.realtime.decorators import event_descriptions
    from apps.realtime.models import kind_named

    for kind, heading in HEADINGS.items():
        rows = event_descriptions(kind_named(kind).table).items()
        lines = ["| type | payload |", "|---|---|", *(f"| `{name}` | {text} |" for name, text in rows)]
        table = "".join(f"{line}\n" for line in lines)
        below = re.compile(rf"(?<=^### {heading}\n\n)(?:^\|.*\n)+", re.MULTILINE)
        page, count = below.subn(lambda _, table=table: table, page)
        if count != 1:
            raise ValueError(f"No table follows the heading {heading}.")
    return page


if __name__ == "__main__":
    sys.path.insert(0, str(PROJECT / "backend"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    PAGE.write_text(with_event_tables(PAGE.read_text()))
    sys.stdout.write(f"{PAGE.relative_to(PROJECT)} is up to date.\n")

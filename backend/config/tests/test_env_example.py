"""`.env.example` and the settings name the same variables."""

import re
from itertools import pairwise
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
READERS = ["settings.py", "environment.py"]
READ = re.compile(r'(?:environment|self)\.[a-z_]+\(\s*"([A-Z][A-Z_]+)"|os\.environ(?:\.get\(|\[)"([A-Z_]+)"')
WRITTEN = re.compile(r"^#([A-Z_]+)=", re.MULTILINE)


def names_read() -> set[str]:
    sources = ((PROJECT / "backend" / "config" / name).read_text() for name in READERS)
    return {first or second for source in sources for first, second in READ.findall(source)}


def test_every_setting_is_in_the_example_and_nothing_else():
    example = (PROJECT / ".env.example").read_text()

    assert set(WRITTEN.findall(example)) == names_read()


def test_the_names_are_found_at_all():
    assert {"PORT", "SECRET_KEY", "REDIS_URL", "REDIS_PORT", "ENV_FILE", "DATABASE_POOL_SIZE"} <= names_read()


def test_every_setting_is_explained_in_the_line_above_it():
    lines = (PROJECT / ".env.example").read_text().splitlines()

    explained = [above for above, line in pairwise(lines) if WRITTEN.match(line)]

    assert explained
    for above in explained:
        assert above.startswith("# "), above
        assert "Default: " in above, above


def test_a_copy_of_the_example_sets_nothing():
    example = (PROJECT / ".env.example").read_text().splitlines()

    assert [line for line in example if line and not line.startswith("#")] == []

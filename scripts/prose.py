"""Finds words in documents and interface texts that hide the actor or the meaning: `make prose`."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TEXTS = (
    *("*.md", "docs/**/*.md", "frontend/*.md", "tests/mutants/*.md", ".env.example"),
    *("frontend/src/words/en.ts", "frontend/src/words/later/en.ts"),
)
# Each with what to write instead.
INSTEAD = {
    r"whoever|somebody|nobody": "the client, the user, the server …, or passive",
    r"anew": "again, re-…",
    r"reckon\w*": "compute, count",
    r"of now|of before": "current, previous",
    r"at the most": "up to, at most",
    r"in vain": "without success",
    r"(?:is|are|was|were|be|been) told|tells? of": "sent, reported, returned, logged",
    r"stands? in": "is in, is listed in, replaces",
    r"made known": "announced",
}
WORDS = {re.compile(rf"\b(?:{words})\b", re.IGNORECASE): instead for words, instead in INSTEAD.items()}
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def found_in(prose: str) -> Iterator[tuple[int, str, str]]:
    """The line, the words and what to write instead."""
    for number, line in enumerate(prose.splitlines(), start=1):
        for words, instead in WORDS.items():
            for match in words.finditer(line):
                yield number, match[0], instead


def prose_of(file: Path) -> str:
    """Without the code in documents, on the same lines."""
    text = file.read_text()
    return text if file.suffix == ".ts" else CODE.sub(lambda code: "\n" * code[0].count("\n"), text)


def main() -> int:
    files = sorted({file for pattern in TEXTS for file in PROJECT.glob(pattern)})
    lines = [
        f'{file.relative_to(PROJECT)}:{number}: "{words}"; write {instead}'
        for file in files
        for number, words, instead in found_in(prose_of(file))
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines or not files else 0


if __name__ == "__main__":
    sys.exit(main())

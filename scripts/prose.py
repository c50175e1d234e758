"""Finds unclear words in documents, interface texts, docstrings and comments: `make prose`."""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
TEXTS = (
    *("*.md", "docs/**/*.md", "frontend/*.md", "tests/mutants/*.md", ".env.example"),
    *("frontend/src/locales/en.ts", "frontend/src/locales/lazy/en.ts"),
    *("backend/**/*.py", "bench/**/*.py", "scripts/*.py", "tests/**/*.py"),
)
# Migrations stay as they were; this file and its test have the words.
EXCEPT = re.compile(r".*/migrations/.*|scripts/prose\.py|tests/docs/test_prose\.py")
# Words, and their replacements.
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
    r"(?:is|are|was|were) away": "is unavailable",
    r"believed": "plausible, accepted, trusted",
    r"belongings|shelf|likest|unheard": "personal data, model loader, nearest, pending",
    r"gathered|gathers? (?:the )?charts": "fetched, collected",
    r"lies? (?:ahead|before)": "is in the future, is before",
    r"makes? no sense": "is invalid",
    r"what became of": "the result of, the state of",
    r"who (?:asks|reads|waits)": "a client that requests, reads, waits",
}
WORDS = {re.compile(rf"\b(?:{words})\b", re.IGNORECASE): instead for words, instead in INSTEAD.items()}
ANY_WORD = re.compile("|".join(f"(?:{words})" for words in INSTEAD), re.IGNORECASE)
CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)


def found_in(prose: str) -> Iterator[tuple[int, str, str]]:
    """Line number, words, and their replacement."""
    for number, line in enumerate(prose.splitlines(), start=1):
        for words, instead in WORDS.items():
            for match in words.finditer(line):
                yield number, match[0], instead


def prose_of(file: Path) -> str:
    """The text without code, on the same lines."""
    text = file.read_text()
    if file.suffix == ".py":
        # Parsing all files would take 10 s.
        return prose_of_python(text) if ANY_WORD.search(text) else ""
    return text if file.suffix == ".ts" else CODE.sub(lambda code: "\n" * code[0].count("\n"), text)


def prose_of_python(code: str) -> str:
    """Comments and docstrings, on the same lines."""
    lines = [""] * (code.count("\n") + 1)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0] - 1] = token.string
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            text = ast.get_docstring(node, clean=False) or ""
            for number, line in enumerate(text.splitlines(), start=node.body[0].lineno - 1):
                lines[number] += line
    return "\n".join(lines)


def main() -> int:
    found = {file for pattern in TEXTS for file in PROJECT.glob(pattern)}
    files = sorted(file for file in found if not EXCEPT.fullmatch(file.relative_to(PROJECT).as_posix()))
    lines = [
        f'{file.relative_to(PROJECT)}:{number}: "{words}"; write {instead}'
        for file in files
        for number, words, instead in found_in(prose_of(file))
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines or not files else 0


if __name__ == "__main__":
    sys.exit(main())

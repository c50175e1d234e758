"""Finds words that docs/glossary.md does not use, in all texts of the project: `make prose`.

Texts are documents, comments, docstrings, names of tests, messages of logs and errors, and the web app's
strings.
"""

import ast
import io
import re
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
GLOSSARY = PROJECT / "docs" / "glossary.md"
FILES = (
    *("*.md", "docs/**/*.md", "bench/*.md", "deploy/*.md", "frontend/*.md", "frontend/src/**/*.md"),
    *("tests/mutants/*.md", ".env.example", "frontend/src/**/*.ts", "frontend/src/**/*.tsx"),
    *("backend/**/*.py", "bench/**/*.py", "scripts/*.py", "tests/**/*.py"),
)
# Migrations and the changelog stay as they were; the tests have words on purpose.
EXCEPT = re.compile(r".*/migrations/.*|CHANGELOG\.md|tests/docs/test_prose\.py|frontend/src/generated/.*")
LOCALES = re.compile(r"frontend/src/locales/(?:lazy/)?(en|de)\.ts")

CODE = re.compile(r"^```.*?^```$|`[^`\n]+`", re.MULTILINE | re.DOTALL)
TABLE = re.compile(r"^\|[^\n]*\bnot used\b[^\n]*\n\|[-|]+\n((?:\|[^\n]*\n)+)", re.MULTILINE)
TYPESCRIPT_TEXT = re.compile(
    r"/\*(?P<block>.*?)\*/|(?<![:\"'`/])//(?P<line>[^\n]*)|\b(?:it|test|describe)\(\s*[\"`](?P<test>[^\"`\n]*)",
    re.DOTALL,
)
LOG_CALL = re.compile(r"log_action|(?:.*\.)?(?:logger|log)\.\w+")
STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|`[^`]*`")
TYPOGRAPHY = {
    re.compile(r"(?<=\w)'(?=\w)|'(?=\w+')"): "the typographic apostrophe ’",
    re.compile(r"\.\.\."): "the ellipsis …",
}
LANGUAGE_TYPOGRAPHY = {
    "en": {re.compile(r"\s…"): "the ellipsis without a space before it"},
    "de": {re.compile(r"(?<=\w)…"): "a space before the ellipsis"},
}


def words_not_used(glossary: str) -> dict[str, str]:
    """Each word or phrase of a column “not used”, and what the glossary has for it."""
    instead = {}
    for table in TABLE.finditer(glossary):
        for row in table[1].splitlines():
            cells = [cell.strip() for cell in row.strip("|").split(" | ")]
            words, word = (cells[0], cells[1]) if len(cells) == 2 else (cells[-1], cells[1])
            instead |= dict.fromkeys(re.findall(r"`([^`]+)`", words), word)
    return instead


INSTEAD = words_not_used(GLOSSARY.read_text())
PATTERNS = {words: re.escape(words).replace(r"\*", r"[^\W_]*").replace(r"\ ", r"[\s_]+") for words in INSTEAD}
WORDS = {
    re.compile(rf"(?<![^\W_]){pattern}(?![^\W_])", re.IGNORECASE): INSTEAD[words]
    for words, pattern in PATTERNS.items()
}
ANY_WORD = re.compile(rf"(?<![^\W_])(?:{'|'.join(PATTERNS.values())})(?![^\W_])", re.IGNORECASE)


def found_in(prose: str) -> Iterator[tuple[int, str, str]]:
    """Line number, words, and their replacement."""
    for number, line in enumerate(prose.splitlines(), start=1):
        if ANY_WORD.search(line):
            for words, instead in WORDS.items():
                for match in words.finditer(line):
                    yield number, match[0], instead


def without_code(text: str) -> str:
    """The text without code, on the same lines."""
    return CODE.sub(lambda code: "\n" * code[0].count("\n"), text)


def prose_of_python(code: str, *, is_product: bool = True) -> str:
    """Comments, docstrings and names of tests, on the same lines; in the product also strings for people."""
    lines = [""] * (code.count("\n") + 2)
    for token in tokenize.generate_tokens(io.StringIO(code).readline):
        if token.type == tokenize.COMMENT:
            lines[token.start[0] - 1] = token.string
    for node in ast.walk(ast.parse(code)):
        for start, text in texts_of(node, is_product=is_product):
            for number, line in enumerate(text.splitlines(), start=start - 1):
                lines[min(number, len(lines) - 1)] += " " + line
    return without_code("\n".join(lines))


def texts_of(node: ast.AST, *, is_product: bool) -> Iterator[tuple[int, str]]:
    """A node's own texts, with the lines on which they begin."""
    is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    if is_function and node.name.startswith("test_"):
        yield node.lineno, node.name
    if is_product:
        yield from texts_of_product(node)
    elif is_function or isinstance(node, ast.Module | ast.ClassDef):
        yield node.body[0].lineno if node.body else 1, ast.get_docstring(node, clean=False) or ""


def texts_of_product(node: ast.AST) -> Iterator[tuple[int, str]]:
    """Strings of several words, among them docstrings; and the names of actions and events in the log."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value.strip():
        yield node.lineno, node.value
    if isinstance(node, ast.Call) and LOG_CALL.fullmatch(ast.unparse(node.func)):
        yield from ((item.lineno, str(item.value)) for item in node.args if isinstance(item, ast.Constant))


def prose_of_typescript(code: str, *, has_messages: bool = False) -> str:
    """Comments and names of tests, on the same lines; of a language's messages also the strings."""
    lines = [""] * (code.count("\n") + 1)
    for number, text in strings_of(code) if has_messages else ():
        lines[number - 1] += " " + text
    for match in TYPESCRIPT_TEXT.finditer(code):
        text = match["block"] or match["line"] or match["test"] or ""
        for number, line in enumerate(text.splitlines(), start=code.count("\n", 0, match.start())):
            lines[number] += " " + line
    return without_code("\n".join(lines))


def faults_of(path: str, text: str) -> Iterator[tuple[int, str, str]]:
    """Line number, words, and their replacement, in the file `path` (relative to the project)."""
    if locale := LOCALES.fullmatch(path):
        yield from typography_of(text, locale[1])
    if path.endswith(".py"):
        # Parsing all files would take 10 s.
        is_product = "tests" not in path.split("/") and "conftest" not in path
        text = prose_of_python(text, is_product=is_product) if ANY_WORD.search(text) else ""
    elif path.endswith((".ts", ".tsx")):
        text = prose_of_typescript(text, has_messages=bool(locale)) if ANY_WORD.search(text) else ""
    else:
        text = without_code(text)
    yield from found_in(text)


def typography_of(code: str, language: str) -> Iterator[tuple[int, str, str]]:
    """What is written with the wrong characters in the strings of a language's messages."""
    for number, text in strings_of(code):
        for wrong, instead in (TYPOGRAPHY | LANGUAGE_TYPOGRAPHY[language]).items():
            yield from ((number, match[0], instead) for match in wrong.finditer(text))


def strings_of(code: str) -> Iterator[tuple[int, str]]:
    """Line and text of each string without its quotes, with `x` in place of values."""
    for string in STRING.finditer(code):
        yield code.count("\n", 0, string.start()) + 1, re.sub(r"\$\{[^}]*\}", "x", string[0][1:-1])


def main() -> int:
    paths = {
        file.relative_to(PROJECT).as_posix(): file for pattern in FILES for file in PROJECT.glob(pattern)
    }
    lines = [
        f'{path}:{number}: "{words}"; write {instead}'
        for path, file in sorted(paths.items())
        if not EXCEPT.fullmatch(path)
        for number, words, instead in faults_of(path, file.read_text())
    ]
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return 1 if lines or not paths else 0


if __name__ == "__main__":
    sys.exit(main())

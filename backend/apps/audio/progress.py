"""The progress of commands that read many files: a bar on a terminal, otherwise a line now and then."""

import sys
from types import TracebackType
from typing import Self

from django.core.management.base import OutputWrapper
from tqdm import tqdm

# Files per line, if the output is a file or a pipe.
FILES_PER_LINE = 1000


class FileProgress:
    """Counts files of a known number."""

    def __init__(self, description: str, total: int, output: OutputWrapper) -> None:
        self._total, self._output, self._done = total, output, 0
        self._is_terminal = sys.stderr.isatty()
        self._bar = tqdm(
            desc=description, total=total, unit="file", file=sys.stderr, disable=not self._is_terminal
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._bar.close()

    def advance(self, files: int) -> None:
        before, self._done = self._done, self._done + files
        self._bar.update(files)
        if not self._is_terminal and self._done // FILES_PER_LINE > before // FILES_PER_LINE:
            self._output.write(f"{self._done} of {self._total} files")

    def clear(self) -> None:
        """Before another line is written."""
        self._bar.clear()

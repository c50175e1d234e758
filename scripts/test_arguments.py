"""The arguments of `run-tests.sh`: its own options, and those of pytest."""

from dataclasses import dataclass, field
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
NO_SERVICES = "--no-services"
LONG = "--long"
PYTHONS = "--pythons"
OUR_OPTIONS = {NO_SERVICES, LONG, PYTHONS}
CHOOSING_OPTIONS = ("-k", "-m", "--lf", "--last-failed", "--deselect", "--sw", "--stepwise")
# pytest's options with a value in the next argument, which is not a path.
OPTIONS_WITH_A_WORD = {"-k", "-m", "-p", "-o", "-c", "-W", "-r", "--deselect", "--ignore", "--maxfail"}


@dataclass
class Request:
    """The parsed arguments."""

    words: list[str]
    paths: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.with_services = NO_SERVICES not in self.words
        self.is_long = LONG in self.words
        self.is_for_other_pythons = PYTHONS in self.words
        self.words = [word for word in self.words if word not in OUR_OPTIONS]
        before = ["", *self.words]
        self.paths = [
            word
            for word, previous in zip(self.words, before, strict=False)
            if previous not in OPTIONS_WITH_A_WORD and is_path(word)
        ]
        self.options = [word for word in self.words if word not in self.paths]
        self.chooses = bool(self.paths) or any(word.startswith(CHOOSING_OPTIONS) for word in self.options)

    def options_of_tests(self) -> list[str]:
        """Options of pytest that are valid only in `tests/`."""
        reported = {LONG: self.is_long, NO_SERVICES: not self.with_services}
        return [option for option, is_given in reported.items() if is_given]

    def paths_in(self, folder: str) -> list[str]:
        """The paths below `folder`; the folder itself if no path was given."""
        if not self.paths:
            return [folder]
        return [path for path in self.paths if (PROJECT / path).resolve().is_relative_to(PROJECT / folder)]


def is_path(word: str) -> bool:
    return not word.startswith("-") and (PROJECT / word.split("::")[0]).exists()

"""`manage.py evaluate_recommendations`: recommendations for a file of people, for evaluation elsewhere."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.recommendations.engine.dataset import DatasetError
from apps.recommendations.engine.model import NothingToLearnError, evaluate


def above_zero(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


class Command(BaseCommand):
    help = (
        "Trains on one data set and prints recommendations for the people of another file. "
        "Neither the database nor the installation's own model is read or changed. Files are CSV with a "
        "header, also gzipped."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        listening = "columns user, item, weight"
        parser.add_argument("--train", type=Path, required=True, metavar="FILE", help=listening)
        parser.add_argument("--queries", type=Path, required=True, metavar="FILE", help="column user")
        parser.add_argument(
            "--out",
            type=Path,
            required=True,
            metavar="FILE",
            help='written as JSON lines, {"user", "items"}, best first, nothing that the person has',
        )
        parser.add_argument(
            "--histories",
            type=Path,
            metavar="FILE",
            help=f"of people who are not in the training file; {listening}",
        )
        parser.add_argument("--k", type=above_zero, default=20, help="items for each person (20)")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            evaluated = evaluate(
                train_file=options["train"],
                queries=options["queries"],
                out=options["out"],
                histories=options["histories"],
                count=options["k"],
            )
        except DatasetError as error:
            raise CommandError(str(error)) from None
        except NothingToLearnError:
            raise CommandError(f"{options['train']}: has no listen of a weight above 0.") from None
        except OSError as error:
            raise CommandError(f"The responses can't be written: {error}") from None
        self.stdout.write(
            f"{evaluated.answers} people answered, {evaluated.answers - evaluated.known} of them unknown: "
            f"{options['out']}"
        )

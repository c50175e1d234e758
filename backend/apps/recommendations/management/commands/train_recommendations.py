"""`manage.py train_recommendations [--data DIR]`: trains the model of recommendations again."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.recommendations.engine.dataset import DatasetError
from apps.recommendations.engine.model import NothingToLearnError
from apps.recommendations.training import train_recommendations


class Command(BaseCommand):
    help = (
        "Trains the model with votes and plays of this installation, and with external listening data if "
        "given. A running server loads the new model by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data",
            type=Path,
            metavar="DIR",
            help="a folder with train.csv (user, artist_id or item, plays or weight) and artists.csv "
            "(artist_id, name), optionally gzipped; without artists.csv, the items are names of artists. "
            "Default: RECOMMENDATION_DATA_DIR, if set",
        )
        parser.add_argument("--seed", type=int, default=0, help="the same data and seed give the same model")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            trained = train_recommendations(data=options["data"], seed=options["seed"])
        except NothingToLearnError:
            raise CommandError(
                "There is nothing to learn from yet: no vote for a track, no play. --data DIR takes an "
                "outside listening set."
            ) from None
        except DatasetError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The model can't be written: {error}") from None
        self.stdout.write(
            f"Learned {trained.items} items from {trained.listens} listens of {trained.listeners} listeners: "
            f"{trained.path}"
        )

"""`manage.py train_recommendations [--data DIR]`: makes the model of recommendations anew."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.recommendations.engine.listening import ListeningError
from apps.recommendations.engine.model import NothingToLearnError
from apps.recommendations.services import train_recommendations


class Command(BaseCommand):
    help = (
        "Learns what goes together from votes and plays of this installation, and from an outside listening "
        "set where one is given. The running server takes the new model by itself."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--data",
            type=Path,
            metavar="DIR",
            help="a folder with train.csv (user, artist_id or item, plays or weight) and artists.csv "
            "(artist_id, name), also gzipped; without artists.csv the items are names of artists. Without it "
            "the folder that RECOMMENDATION_DATA names, if any",
        )
        parser.add_argument("--seed", type=int, default=0, help="the same listening and seed, the same model")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            trained = train_recommendations(data=options["data"], seed=options["seed"])
        except NothingToLearnError:
            raise CommandError(
                "There is nothing to learn from yet: no vote for a track, no play. --data DIR takes an "
                "outside listening set."
            ) from None
        except ListeningError as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"The model can't be written: {error}") from None
        self.stdout.write(
            f"Learned {trained.items} items from {trained.listens} listens of {trained.listeners} listeners: "
            f"{trained.path}"
        )

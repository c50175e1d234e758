"""Search queries, derived from the synthetic library."""

import random
from dataclasses import dataclass
from itertools import islice

from bench.search.synthetic_data import CJK, GENRES, synthetic_tracks

SEED = 5
# The frequency of each kind, in percent.
KINDS = {"letter by letter": 60, "whole": 12, "misspelled": 12, "genre": 4, "characters": 6, "not there": 6}
# Derived from tracks all over the library.
KNOWN = 500


@dataclass(frozen=True, slots=True)
class Query:
    kind: str
    text: str


def typed(tracks: int, number: int) -> list[Query]:
    chance = random.Random(SEED)
    step = max(1, tracks // KNOWN)
    known = [*islice(synthetic_tracks(tracks), 0, None, step)]
    kinds = chance.choices([*KINDS], weights=[*KINDS.values()], k=number)
    return [Query(kind, _text(kind, chance, chance.choice(known))) for kind in kinds]


def _text(kind: str, chance: random.Random, track: tuple[str, str, str, str]) -> str:
    title, artist, _, genre = track
    wanted = chance.choice([title, artist, f"{title} {artist}"]).lower()
    match kind:
        case "letter by letter":
            # A prefix, as while typing.
            return wanted[: chance.randint(1, min(14, len(wanted)))].strip() or wanted
        case "misspelled":
            place = chance.randrange(max(1, len(wanted) - 1))
            return (
                wanted[:place]
                + wanted[place + 1 : place + 2]
                + wanted[place : place + 1]
                + wanted[place + 2 :]
            )
        case "genre":
            return chance.choice(GENRES) if chance.random() < 0.5 else f"{genre} {wanted.split()[0]}"
        case "characters":
            return "".join(chance.choices(CJK, k=chance.randint(1, 3)))
        case "not there":
            return f"{wanted.split()[0]} xqzzyv"
    return wanted

"""`manage.py evaluate_recommendations`, by its documented interface alone."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.recommendations.tests.made_up import Row, tastes, two_tastes, written


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def evaluated(folder: Path, rows: list[Row], people: list[str], *more: object) -> list[dict[str, Any]]:
    train = written(folder / "train.csv.gz", rows)
    queries = written(folder / "queries.csv", people, header="user")
    out = folder / "out.jsonl"
    call_command(
        "evaluate_recommendations",
        *("--train", str(train), "--queries", str(queries), "--out", str(out), *map(str, more)),
        stdout=StringIO(),
    )
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_each_person_gets_as_many_as_there_are_without_their_own(folder):
    odd, unknown = '☃, "Ada"', "who is that"
    rows = [
        *two_tastes(),
        ("person 3", "Levitating", 0.0),  # of weight 0, and yet their own
        *((odd, item, 1.0) for item in ("Björk", "Halo")),
    ]
    late = [("late", "So What", 5.0), ("late", "Naima", 2.0), ("late", "never heard of", 5.0)]
    histories = written(folder / "histories.csv", late)
    people = ["person 3", "person 0", "person 3", "late", unknown, odd]

    answers = evaluated(folder, rows, people, "--histories", histories)

    assert [answer["user"] for answer in answers] == people
    every = {item for _, item, _ in rows}
    for answer in answers:
        own = {item for person, item, _ in [*rows, *late] if person == answer["user"]}
        assert set(answer) == {"user", "items"}
        assert sorted(answer["items"]) == sorted(every - own)
    items = [answer["items"] for answer in answers]
    assert items[0] == items[2]
    assert set(items[3][:3]) == {"Footprints", "Peace Piece", "Halo"}
    assert items[4][0] == "Halo"  # what is popular


@pytest.mark.parametrize(
    ("train", "queries", "told"),
    [
        ("user,item,weight\na,x,lots\n", "user\na\n", r"train\.csv:2: the weight 'lots' is not a number"),
        ("user,item,weight\n", "user\na\n", r"train\.csv: has no listen of a weight above 0"),
        ("user,item,weight\na,x,1\n", "person\na\n", r"queries\.csv:1: has no column user; it has person"),
        ("user,item,weight\na,x,1\n", "", r"queries\.csv: has no header"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_written(folder, train, queries, told):
    (folder / "train.csv").write_text(train)
    (folder / "queries.csv").write_text(queries)

    with pytest.raises(CommandError, match=told):
        call_command(
            "evaluate_recommendations",
            *("--train", str(folder / "train.csv"), "--queries", str(folder / "queries.csv")),
            *("--out", str(folder / "out.jsonl")),
        )

    assert not (folder / "out.jsonl").exists()


@pytest.mark.parametrize(
    ("option", "told"),
    [
        *((f"--k={count}", "is not a whole number above 0") for count in ("0", "-1", "many")),
        ("--out=.", "can't be written"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(folder, option, told):
    with pytest.raises(CommandError, match=told):
        evaluated(folder, two_tastes(), ["person 1"], option)


def test_made_up_tastes_are_found_far_better_than_by_popularity(folder):
    """Of four things kept back, each of one's own taste, popularity finds hardly one in twenty shown."""
    rows, held = tastes(people=120, seed=2)
    late = {f"person {number}" for number in range(100, 120)}
    train = [row for row in rows if row[0] not in late]
    histories = written(folder / "histories.csv", [row for row in rows if row[0] in late])

    answers = evaluated(folder, train, [*held, "unknown"], "--histories", histories)

    shown = {answer["user"]: answer["items"] for answer in answers}
    assert {len(items) for items in shown.values()} == {20}  # as is usual

    def recall(items: Callable[[str], list[str]], people: set[str]) -> float:
        parts = [len(held[person].intersection(items(person))) / len(held[person]) for person in people]
        return sum(parts) / len(parts)

    for people in (held.keys() - late, late):
        found, popular = recall(shown.__getitem__, people), recall(lambda _: shown["unknown"], people)
        assert found > 0.8, (found, popular)
        assert popular < 0.4, (found, popular)
    assert len({item for items in shown.values() for item in items}) > 100


def test_k_says_how_many(folder):
    (answer,) = evaluated(folder, two_tastes(), ["person 1"], "--k", 3)

    assert len(answer["items"]) == 3

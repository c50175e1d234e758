"""`manage.py evaluate_recommendations`, by its documented interface alone."""

import json
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from apps.recommendations.tests.synthetic_data import Row, tastes, two_tastes, written


def evaluated(tmp_path: Path, rows: list[Row], people: list[str], *more: object) -> list[dict[str, Any]]:
    train = written(tmp_path / "train.csv.gz", rows)
    queries = written(tmp_path / "queries.csv", people, header="user")
    out = tmp_path / "out.jsonl"
    call_command(
        "evaluate_recommendations",
        *("--train", str(train), "--queries", str(queries), "--out", str(out), *map(str, more)),
        stdout=StringIO(),
    )
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


def test_each_user_gets_all_items_but_known_ones(tmp_path):
    odd, unknown = '☃, "Ada"', "who is that"
    rows = [
        *two_tastes(),
        ("person 3", "Levitating", 0.0),  # of weight 0, and yet their own
        *((odd, item, 1.0) for item in ("Björk", "Halo")),
    ]
    late = [("late", "So What", 5.0), ("late", "Naima", 2.0), ("late", "never heard of", 5.0)]
    histories = written(tmp_path / "histories.csv", late)
    people = ["person 3", "person 0", "person 3", "late", unknown, odd]

    responses = evaluated(tmp_path, rows, people, "--histories", histories)

    assert [response["user"] for response in responses] == people
    every = {item for _, item, _ in rows}
    for response in responses:
        own = {item for person, item, _ in [*rows, *late] if person == response["user"]}
        assert set(response) == {"user", "items"}
        assert sorted(response["items"]) == sorted(every - own)
    items = [response["items"] for response in responses]
    (three,) = evaluated(tmp_path, two_tastes(), ["person 1"], "--k", 3)
    assert len(three["items"]) == 3
    assert items[0] == items[2]
    assert set(items[3][:3]) == {"Footprints", "Peace Piece", "Halo"}
    assert items[4][0] == "Halo"  # what is popular


def test_invalid_input_is_reported_and_no_file_is_written(tmp_path):
    for rows, people, more, message in (
        ([], ["a"], [], r"train\.csv\.gz: has no listen of a weight above 0"),
        (two_tastes(), ["a"], ["--histories", tmp_path / "none.csv"], r"none\.csv: can't be read"),
        *((two_tastes(), ["a"], [f"--k={k}"], "is not a whole number above 0") for k in ("0", "-1", "many")),
        (two_tastes(), ["a"], ["--out=."], "can't be written"),
    ):
        with pytest.raises(CommandError, match=message):
            evaluated(tmp_path, rows, people, *more)
    assert not (tmp_path / "out.jsonl").exists()


def test_synthetic_tastes_are_predicted_far_better_than_by_popularity(tmp_path):
    """Of four things kept back, each of one's own taste, popularity finds hardly one in twenty shown."""
    rows, held = tastes(people=120, seed=2)
    late = {f"person {number}" for number in range(100, 120)}
    train = [row for row in rows if row[0] not in late]
    histories = written(tmp_path / "histories.csv", [row for row in rows if row[0] in late])

    responses = evaluated(tmp_path, train, [*held, "unknown"], "--histories", histories)

    shown = {response["user"]: response["items"] for response in responses}
    assert {len(items) for items in shown.values()} == {20}  # as is usual

    def recall(items: Callable[[str], list[str]], people: set[str]) -> float:
        parts = [len(held[person].intersection(items(person))) / len(held[person]) for person in people]
        return sum(parts) / len(parts)

    for people in (held.keys() - late, late):
        found, popular = recall(shown.__getitem__, people), recall(lambda _: shown["unknown"], people)
        assert found > 0.8, (found, popular)
        assert popular < 0.4, (found, popular)
    assert len({item for items in shown.values() for item in items}) > 100

"""`manage.py evaluate_recommendations`, by its documented interface alone."""

import csv
import json
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
    rows = two_tastes()
    people = ["person 3", "person 0", "person 3"]

    answers = evaluated(folder, rows, people)

    assert [answer["user"] for answer in answers] == people
    every = {item for _, item, _ in rows}
    for answer in answers:
        own = {item for person, item, _ in rows if person == answer["user"]}
        assert set(answer) == {"user", "items"}
        assert set(answer["items"]) == every - own
        assert len(answer["items"]) == len(every - own)
    assert answers[0] == answers[2]


def test_k_says_how_many_and_20_is_usual(folder):
    rows, _ = tastes(people=30, seed=1)

    assert {len(answer["items"]) for answer in evaluated(folder, rows, ["person 1", "nobody"])} == {20}
    assert {len(answer["items"]) for answer in evaluated(folder, rows, ["person 1"], "--k", 3)} == {3}


def test_people_of_the_histories_are_folded_in_and_get_nothing_that_they_have(folder):
    histories = written(folder / "histories.csv", [("late", "So What", 5.0), ("late", "Naima", 2.0)])

    (answer,) = evaluated(folder, two_tastes(), ["late"], "--histories", histories)

    assert set(answer["items"][:3]) == {"Footprints", "Peace Piece", "Halo"}
    assert not {"So What", "Naima"}.intersection(answer["items"])


def test_somebody_unknown_gets_what_is_popular(folder):
    (answer,) = evaluated(folder, two_tastes(), ["who is that"])

    assert answer["items"][0] == "Halo"


def test_what_a_history_has_beyond_the_training_file_does_no_harm(folder):
    histories = written(folder / "histories.csv", [("late", "never heard of", 5.0), ("late", "Naima", 2.0)])

    (answer,) = evaluated(folder, two_tastes(), ["late"], "--histories", histories)

    assert set(answer["items"][:4]) == {"So What", "Footprints", "Peace Piece", "Halo"}


def test_what_somebody_has_with_weight_0_is_not_recommended(folder):
    rows = [*two_tastes(), ("person 3", "Levitating", 0.0)]

    (answer,) = evaluated(folder, rows, ["person 3"])

    assert "Levitating" not in answer["items"]
    assert "Toxic" in answer["items"]


def test_names_stay_as_they_are(folder):
    rows = [*two_tastes(), ('☃, "Ada"', "Björk", 1.0), ('☃, "Ada"', "Halo", 1.0)]

    answers = evaluated(folder, rows, ['☃, "Ada"', "person 1"])

    assert answers[0]["user"] == '☃, "Ada"'
    assert "Björk" in answers[1]["items"]


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


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_a_count_that_makes_no_sense_is_refused(folder, count):
    with pytest.raises(CommandError, match="is not a whole number above 0"):
        evaluated(folder, two_tastes(), ["person 1"], f"--k={count}")


def test_an_answer_that_can_t_be_written_is_told(folder):
    with pytest.raises(CommandError, match="can't be written"):
        evaluated(folder, two_tastes(), ["person 1"], "--out", folder)


def test_made_up_tastes_are_found_far_better_than_by_popularity(folder):
    """Of four things kept back, each of one's own taste, popularity finds hardly one in twenty shown."""
    rows, held = tastes(people=120, seed=2)
    train = [row for row in rows if row[0] not in LATE]
    histories = written(folder / "histories.csv", [row for row in rows if row[0] in LATE])

    answers = evaluated(folder, train, [*held, "unknown"], "--histories", histories)

    shown = {answer["user"]: answer["items"] for answer in answers}
    for people in (held.keys() - LATE, LATE):
        found = recall(shown, held, people)
        popular = recall(dict.fromkeys(held, shown["unknown"]), held, people)
        assert found > 0.8, (found, popular)
        assert popular < 0.4, (found, popular)
    assert len({item for items in shown.values() for item in items}) > 100


LATE = {f"person {number}" for number in range(100, 120)}


def recall(shown: dict[str, list[str]], held: dict[str, set[str]], people: set[str]) -> float:
    return sum(len(held[person].intersection(shown[person])) / len(held[person]) for person in people) / len(
        people
    )


def test_the_written_file_of_made_up_tastes_is_what_a_reader_of_csv_expects(folder):
    """The helper that the tests above rest on."""
    path = written(folder / "a.csv", [("a", "b, c", 1.0)])

    with path.open(newline="") as stored:
        assert list(csv.reader(stored)) == [["user", "item", "weight"], ["a", "b, c", "1.0"]]

"""The recommendations benchmark splits without leaks and computes its metrics correctly."""

from pathlib import Path
from typing import Any

import pytest

from bench.recommendations import quality
from bench.recommendations.baselines import by_neighbours, by_popularity
from bench.recommendations.splits import split_of
from bench.recommendations.synthetic_data import write_listening


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_listening(folder / "train.csv", 30_000)
    return folder


def test_held_out_items_are_not_trained_on(data: Path) -> None:
    split = split_of(data, seed=1)

    assert split.held
    assert split.train
    assert 0 < len(split.later) < len(split.held) / 4
    for person, item, _ in split.train + split.histories:
        assert item not in split.held.get(person, ())
    assert not split.later & {person for person, _, _ in split.train}
    assert split.later == {person for person, _, _ in split.histories}


def test_recall_and_ndcg_by_hand() -> None:
    assert quality.recall(["a", "b", "c"], {"a", "c", "x", "y"}) == 0.5
    assert quality.ndcg(["a", "b"], {"a", "b"}) == 1
    assert quality.ndcg(["x", "a"], {"a"}) == pytest.approx(0.6309, abs=1e-4)
    assert quality.ndcg(["x", "y"], {"a"}) == 0
    assert quality.ndcg([str(number) for number in range(20)], set(map(str, range(50)))) == 1


@pytest.mark.parametrize("baseline", [by_popularity, by_neighbours])
def test_baselines_show_no_item_of_the_user(data: Path, baseline: Any) -> None:
    split = split_of(data, seed=1)

    answers = baseline(split, 20)

    known = {(person, item) for person, item, _ in split.train + split.histories}
    assert set(answers) == set(split.held)
    for person, shown in answers.items():
        assert len(set(shown)) == 20
        assert not any((person, item) in known for item in shown)

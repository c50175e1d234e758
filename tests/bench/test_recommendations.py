"""That the benchmark of recommendations parts without leaks, counts rightly and shows what it found."""

from pathlib import Path
from typing import Any

import pytest

from bench.recommendations import latency, quality, result_of, served
from bench.recommendations.made_up import write_listening
from bench.recommendations.rivals import by_neighbours, by_popularity
from bench.recommendations.splits import Split, split_of


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data")
    write_listening(folder / "train.csv", 30_000)
    return folder


def test_nothing_that_was_kept_back_is_trained_on(data: Path) -> None:
    split = split_of(data, seed=1)

    assert split.held
    assert 0 < len(split.later) < len(split.held) / 4
    for person, item, _ in split.train + split.histories:
        assert item not in split.held.get(person, ())
    assert not split.later & {person for person, _, _ in split.train}
    assert split.later == {person for person, _, _ in split.histories}


def test_a_seed_parts_alike_and_another_otherwise(data: Path) -> None:
    assert split_of(data, seed=1) == split_of(data, seed=1)
    assert split_of(data, seed=1).held != split_of(data, seed=2).held


def test_recall_and_ndcg_by_hand() -> None:
    assert quality.recall(["a", "b", "c"], {"a", "c", "x", "y"}) == 0.5
    assert quality.ndcg(["a", "b"], {"a", "b"}) == 1
    assert quality.ndcg(["x", "a"], {"a"}) == pytest.approx(0.6309, abs=1e-4)
    assert quality.ndcg(["x", "y"], {"a"}) == 0
    assert quality.ndcg([str(number) for number in range(20)], set(map(str, range(50)))) == 1


def test_figures_are_means_over_people_seen_and_later() -> None:
    split = Split(held={"Ada": {"a", "b"}, "Bo": {"a"}, "Cem": {"c"}}, later={"Cem"})
    answers = {"Ada": ["a", "x"], "Bo": ["x", "y"], "Cem": ["c"]}

    found = quality.figures(split, answers)

    assert found["seen_recall"] == 0.25
    assert found["later_recall"] == found["later_ndcg"] == 1
    assert found["distinct"] == 4


@pytest.mark.parametrize("rival", [by_popularity, by_neighbours])
def test_rivals_show_nothing_that_somebody_has(data: Path, rival: Any) -> None:
    split = split_of(data, seed=1)

    answers = rival(split, 20)

    known = {(person, item) for person, item, _ in split.train + split.histories}
    assert set(answers) == set(split.held)
    for person, shown in answers.items():
        assert len(set(shown)) == 20
        assert not any((person, item) in known for item in shown)


def test_the_rival_by_neighbours_is_a_worthy_one(data: Path) -> None:
    split = split_of(data, seed=1)

    neighbours, popularity = (
        quality.figures(split, rival(split, 20)) for rival in (by_neighbours, by_popularity)
    )

    assert neighbours["seen_recall"] > 1.5 * popularity["seen_recall"]


def test_what_was_found_is_a_table_with_ratios() -> None:
    figures = {"seen_recall": 0.3, "seen_ndcg": 0.3, "later_recall": 0.2, "later_ndcg": 0.2, "distinct": 90.0}
    asked = [dict.fromkeys(quality.CONTESTANTS, figures)]
    trained = [
        {"listens": listens, "seconds": listens / 100, "peak_megabytes": 90.0, "people": 9, "items": 9}
        for listens in (100, 1000)
    ]
    answered = [{"tracks": tracks, **dict.fromkeys(latency.FIGURES, 2.0)} for tracks in (10, 100)]

    over_http = [{"tracks": 10, **dict.fromkeys(served.FIGURES, 2.0)}]

    result = result_of(asked, trained, answered, over_http)

    assert len({len(row) for row in result.table}) == 1
    assert result.ratios["seen_recall_to_neighbours"] == 1
    assert result.ratios["training_seconds_1000_to_100"] == 10
    assert result.ratios["answer_100_to_10_tracks"] == 1
    assert result.ratios["remembered_to_alive_10_tracks"] == 1

"""What a model recommends: new to the person, the best first, as many as were asked for."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine.algorithms import Hyperparameters
from apps.recommendations.engine.dataset import InteractionDataset
from apps.recommendations.engine.model import (
    Model,
    NothingToLearnError,
    best,
    contributions,
    main_reasons,
    train,
)
from apps.recommendations.tests.synthetic_data import JAZZ, POP, SMALL, two_tastes

ITEMS = sorted({*JAZZ, *POP})
LISTENS = st.lists(
    st.tuples(st.sampled_from([*ITEMS, "never heard of"]), st.floats(0, 100, width=32)), max_size=10
)


@cache
def model() -> Model:
    return train(InteractionDataset.of(two_tastes()), SMALL)


@given(listens=LISTENS, count=st.integers(0, 12), without=st.sets(st.integers(0, len(ITEMS) - 1)))
def test_items_are_sorted_by_score_without_duplicates_and_known_items(listens, count, without):
    history = model().history(listens)
    left_out = np.array(sorted(without), np.int64)

    found = model().recommended(history, count=count, without=left_out)

    taken = {*history.items.tolist(), *without}
    assert len(set(found.tolist())) == len(found) == min(count, len(ITEMS) - len(taken))
    assert not taken.intersection(found.tolist())
    scores = list(model().scores(history)[found])
    assert scores == sorted(scores, reverse=True)
    among = model().recommended(history, count=99, among=np.array(sorted(without), np.int64))
    assert set(among.tolist()) == without - set(history.items.tolist())


@given(
    scores=st.lists(st.sampled_from([-np.inf, -1.0, 0.0, 0.5, 2.0]), max_size=20),
    count=st.integers(-1, 25),
)
def test_the_top_items_are_those_of_a_complete_sort(scores, count):
    order = sorted(range(len(scores)), key=lambda place: -scores[place])
    possible = [place for place in order if scores[place] > -np.inf]

    assert list(best(np.array(scores), count)) == possible[: max(count, 0)]


@given(listens=LISTENS)
def test_the_order_of_listens_makes_no_difference(listens):
    forwards, backwards = model().history(listens), model().history(listens[::-1])

    assert list(forwards.items) == list(backwards.items)
    assert np.allclose(forwards.strengths, backwards.strengths, rtol=1e-4)


@pytest.mark.parametrize("listens", [[], [("never heard of", 9.0)], [("So What", 0.0)]])
def test_a_user_without_history_gets_popular_items(listens):
    found = model().recommended(model().history(listens), count=3)

    assert model().items[found[0]] == "Halo"
    assert list(found) == [0, 1, 2]
    assert list(model().people) == sorted(model().people, reverse=True)


def test_the_same_seed_gives_the_same_model():
    again = train(InteractionDataset.of(two_tastes()), SMALL)

    assert (again.factors.items == model().factors.items).all()
    assert (again.factors.sets == model().factors.sets).all()
    assert (again.ties.values == model().ties.values).all()
    assert again.items == model().items


def test_a_short_history_is_enough_and_an_empty_one_is_not():
    tiny = train(InteractionDataset.of([("Ada", "Halo", 1.0)]))
    assert list(tiny.recommended(tiny.history([]), count=20)) == [0]
    assert list(tiny.recommended(tiny.history([("Halo", 1.0)]), count=20)) == []
    wide = train(
        InteractionDataset.of(two_tastes()), Hyperparameters(factors=64, rounds=3)
    )  # more than items
    assert np.isfinite(wide.factors.items).all()
    for rows in ([], [("Ada", "Halo", 0.0)]):
        with pytest.raises(NothingToLearnError):
            train(InteractionDataset.of(rows), SMALL)


# --- Reasons are true: they are the very parts that a score is made of -------------------------------


@given(st.dictionaries(st.sampled_from([*JAZZ, *POP]), st.floats(1, 100, width=32), min_size=1))
def test_the_score_is_the_sum_over_listens(listens):
    every, history = np.arange(len(ITEMS)), model().history(list(listens.items()))

    added = contributions(model(), history, every)

    assert added.shape == (len(every), len(history))
    assert np.allclose(added.sum(axis=1), model().scores(history), atol=1e-3)


def test_jazz_is_recommended_because_of_jazz_and_every_item_has_a_reason():
    numbers = model().numbers
    history = model().history([("So What", 1), ("Toxic", 1)])
    asked = np.array([numbers[name] for name in ("Footprints", "Royals")])
    jazz, pop = main_reasons(model(), history, asked, most=2)
    assert (jazz[0], pop[0]) == (numbers["So What"], numbers["Toxic"])
    assert main_reasons(model(), history, asked, most=1) == [jazz[:1], pop[:1]]

    every, history = np.arange(len(ITEMS)), model().history([("So What", 1)])
    reasons = main_reasons(model(), history, every, most=2)
    assert [not listens for listens in reasons] == list(contributions(model(), history, every)[:, 0] <= 0)
    assert [] in reasons
    assert main_reasons(model(), model().history([]), every[:2], most=2) == [[], []]

"""Reasons are true: they are the very parts that a score is made of."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.engine.model import train
from apps.recommendations.engine.reasons import contributions, main_reasons
from apps.recommendations.tests.made_up import JAZZ, POP, SMALL, listening, two_tastes

MODEL = train(listening(two_tastes()), SMALL)
EVERY = np.arange(len(MODEL.items))


@given(st.dictionaries(st.sampled_from([*JAZZ, *POP]), st.floats(1, 100, width=32), min_size=1))
def test_what_the_listens_add_is_the_score(listens):
    history = MODEL.history(list(listens.items()))

    added = contributions(MODEL, history, EVERY)

    assert added.shape == (len(EVERY), len(history))
    assert np.allclose(added.sum(axis=1), MODEL.scores(history), atol=1e-3)


def test_jazz_is_recommended_because_of_jazz():
    history = MODEL.history([("So What", 1), ("Toxic", 1)])
    asked = np.array([MODEL.numbers[name] for name in ("Footprints", "Royals")])

    assert main_reasons(MODEL, history, asked) == [MODEL.numbers["So What"], MODEL.numbers["Toxic"]]


def test_where_nothing_speaks_for_it_there_is_no_reason():
    history = MODEL.history([("So What", 1)])
    added = contributions(MODEL, history, EVERY)

    reasons = main_reasons(MODEL, history, EVERY)

    assert [reason is None for reason in reasons] == list(added[:, 0] <= 0)
    assert None in reasons


def test_without_a_history_there_is_no_reason():
    assert main_reasons(MODEL, MODEL.history([]), EVERY[:2]) == [None, None]

"""One list of several: nothing twice, no person's taste alone, and dislikes of all counted."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from apps.recommendations.recommender import (
    BLOCK,
    MAX_OF_ARTIST,
    MAX_REASONS,
    SourceResult,
    agreed,
    blended,
    mixed,
)
from apps.recommendations.sources.base import Candidate, OutsideTrack, Reason, ReasonKind

scores = st.floats(0.001, 1)
reasons = st.builds(Reason, st.sampled_from(ReasonKind), st.sampled_from(["one", "two", "three"]))
candidates = st.builds(
    Candidate, scores, st.lists(reasons, min_size=1, max_size=3).map(tuple), track_id=st.integers(1, 60)
)
lists = st.lists(candidates, max_size=60, unique_by=lambda one: one.track_id)


def track(number: int, score: float = 0.5, text: str = "because") -> Candidate:
    return Candidate(score, (Reason(ReasonKind.POPULAR, text),), track_id=number)


def all_welcome(_candidate: Candidate) -> bool:
    return False


def artist_of(candidate: Candidate) -> str:
    return str((candidate.track_id or 0) % 7)


@given(st.lists(st.builds(SourceResult, st.floats(0.01, 2), lists), max_size=4))
def test_each_candidate_is_listed_once_with_its_reasons(offers):
    found = blended(offers, without=all_welcome)

    offered = {one.track_id for offer in offers for one in offer.candidates}
    assert Counter(one.track_id for one in found) == Counter(offered)
    assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
    for one in found:
        given_for_it = {
            reason
            for offer in offers
            for other in offer.candidates
            if other.track_id == one.track_id
            for reason in other.reasons
        }
        assert 1 <= len(one.reasons) == len(set(one.reasons)) <= MAX_REASONS
        assert set(one.reasons) <= given_for_it
        assert 0 <= one.score <= 1


def test_candidates_of_two_sources_precede_those_of_one_and_show_the_strongest_reason():
    little, much = [track(1, 1.0, "little")], [track(1, 0.5, "much"), track(2, 0.6)]

    found = blended([SourceResult(0.2, little), SourceResult(1, much)], without=all_welcome)

    assert [one.track_id for one in found] == [1, 2]
    assert [reason.text for reason in found[0].reasons] == ["much", "little"]
    one = Candidate(0.5, (), outside=OutsideTrack("elsewhere", "1", "So What", "Miles Davis"))
    assert len(blended([SourceResult(1, [track(1), one])], without=all_welcome)) == 2, "of the same number"


@given(lists, st.integers(0, 60))
def test_mixing_drops_no_candidate_and_scores_never_rise(offered, most):
    found = mixed(offered, most=most, artist_of=artist_of)

    assert len(found) == min(most, len(offered))
    assert {one.track_id for one in found} <= {one.track_id for one in offered}
    assert len({one.track_id for one in found}) == len(found)
    shown = [one.score for one in found]
    assert shown == sorted(shown, reverse=True)


@given(lists)
def test_an_artist_has_a_limited_share_of_each_block(offered):
    found = mixed(offered, most=len(offered), artist_of=artist_of)

    assert len(found) == len(offered)
    for begin in range(0, len(found), BLOCK):
        counts: Counter[str] = Counter()
        for place in range(begin, min(begin + BLOCK, len(found))):
            artist = artist_of(found[place])
            waiting = {artist_of(one) for one in found[place:]}
            if counts[artist] >= MAX_OF_ARTIST:
                assert all(counts[other] >= MAX_OF_ARTIST for other in waiting)
            counts[artist] += 1


def test_the_lowest_score_of_a_group_has_the_most_weight():
    ada = [track(1, 1.0), track(2, 0.4)]
    bo = [track(3, 1.0), track(2, 0.4)]

    found = agreed([ada, bo])

    assert [(one.track_id, number) for one, number in found] == [(2, 2), (1, 1), (3, 1)]
    found = agreed([[track(1, 1.0), track(2, 0.5)], [track(1, 0.2), track(2, 0.4)]])
    assert [one.track_id for one, _ in found] == [2, 1]  # the least pleased decides

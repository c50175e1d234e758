"""The rank of tracks is a function of the lists alone, in any order."""

from hypothesis import given
from hypothesis import strategies as st

from apps.charts.pipeline.aggregate import PER_MISSING, consensus

SERVICES = ["apple_music", "soundcloud", "spotify"]
ISRCS = [f"ZZTST25{number:05}" for number in range(12)]
lists = st.permutations(ISRCS).flatmap(
    lambda order: st.integers(0, len(order)).map(lambda length: list(order[:length]))
)
ranked = st.fixed_dictionaries(dict.fromkeys(SERVICES, lists)).map(
    lambda lists: {
        service: {isrc: rank for rank, isrc in enumerate(order, 1)} for service, order in lists.items()
    }
)


def test_ties_are_ordered_by_best_single_rank_then_isrc():
    ranks = {"a": {"A": 2, "C": 1, "B": 3}, "b": {"A": 2, "C": 3, "B": 1}}

    assert [(place.isrc, place.points) for place in consensus(ranks)] == [
        ("B", PER_MISSING + 4),
        ("C", PER_MISSING + 4),
        ("A", PER_MISSING + 4),
    ]


@given(ranked, st.randoms())
def test_the_order_of_lists_and_tracks_makes_no_difference(ranks, random):
    shuffled = {
        service: dict(random.sample(sorted(ranks[service].items()), len(ranks[service])))
        for service in random.sample(SERVICES, len(SERVICES))
    }

    assert consensus(shuffled) == consensus(ranks)


@given(ranked)
def test_ranks_count_from_one_without_gaps_and_points_never_fall(ranks):
    places = consensus(ranks)

    assert [place.rank for place in places] == list(range(1, len(places) + 1))
    assert [place.points for place in places] == sorted(place.points for place in places)
    on_two = {isrc for isrc in ISRCS if sum(isrc in listed for listed in ranks.values()) >= 2}
    assert {place.isrc for place in places} == on_two
    for place in places:
        missing = PER_MISSING * (3 - len(place.ranks))
        assert place.points == sum(place.ranks.values()) + missing


@given(ranked)
def test_a_better_rank_on_one_list_never_worsens_the_chart_rank(ranks):
    before = {place.isrc: place.rank for place in consensus(ranks)}
    assert bool(before) == any(sum(isrc in listed for listed in ranks.values()) >= 2 for isrc in ISRCS)
    for isrc in before:
        service = next(one for one in SERVICES if isrc in ranks[one])
        better = {**ranks, service: {**ranks[service], isrc: 1}}

        after = {place.isrc: place.rank for place in consensus(better)}

        assert after[isrc] <= before[isrc]

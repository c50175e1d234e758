"""Invariants of matching for any text."""

from hypothesis import given
from hypothesis import strategies as st

from apps.charts.matching.matcher import THRESHOLD, Recording, similarity_of

SIGNS = st.sampled_from([*"abcXY éß$!&+-–|()[]\"'.,;0127ж東", " - ", " (feat. ", " Remix", " (Live)"])
TEXT = st.lists(SIGNS, max_size=12).map("".join) | st.text(max_size=20)


@given(TEXT, TEXT, TEXT, TEXT)
def test_the_similarity_is_symmetric(title, artist, other_title, other_artist):
    one, other = Recording("1", title, artist), Recording("2", other_title, other_artist)
    assert similarity_of(one, other) == similarity_of(other, one)
    assert 0.0 <= similarity_of(one, other) <= 1.0


@given(TEXT, TEXT)
def test_equal_names_have_the_highest_similarity(title, artist):
    same = Recording("1", title, artist)
    score = similarity_of(same, same)
    assert score == 1.0 if artist.strip() else score in (0.0, 1.0)


@given(
    st.permutations(["Velvet Orchard", "Mira Solano", "Ondo", "Lío"]),
    st.sampled_from([", ", " & ", " x ", "; "]),
)
def test_the_order_of_artists_makes_no_difference(artists, between):
    one = Recording("1", "Paper Lanterns", "Lío, Mira Solano, Ondo, Velvet Orchard")
    assert similarity_of(one, Recording("2", "Paper Lanterns", between.join(artists))) >= THRESHOLD

"""The likeliest of many: sure, for a person to look at, or none."""

from apps.charts.matching.matcher import REVIEW_THRESHOLD, THRESHOLD, Recording, match, ranked

KNOWN = [
    Recording("original", "Paper Lanterns", "Velvet Orchard", lists_all_artists=True),
    Recording("remix", "Paper Lanterns - Ondo Remix", "Velvet Orchard, Ondo", lists_all_artists=True),
    Recording("live", "Paper Lanterns (Live)", "Velvet Orchard", lists_all_artists=True),
    Recording("other", "Silver Rain", "Tin Sparrow", lists_all_artists=True),
]


def test_the_same_version_matches_and_another_is_listed_for_review():
    found = match("Velvet Orchard - Paper Lanterns (Ondo Remix)", "Ondo", KNOWN)
    assert found is not None
    assert (found.recording.key, found.is_sure) == ("remix", True)

    other = match("Paper Lanterns (Acoustic)", "Velvet Orchard", KNOWN)
    assert other is not None
    assert (other.is_sure, REVIEW_THRESHOLD <= other.score < THRESHOLD) == (False, True)


def test_candidates_for_review_are_sorted_by_similarity():
    found = ranked("Paper Lanterns", "Velvet Orchard", KNOWN)
    assert [one.recording.key for one in found] == ["original", "remix", "live"]
    assert [one.is_sure for one in found] == [True, False, False]

    first = match("Velero", "Lío", [Recording("a", "Velero", "Lío"), Recording("b", "Velero", "Lío")])
    assert first is not None
    assert first.recording.key == "a"


def test_names_without_a_common_word_match_nothing():
    assert match("Velero", "Lío", KNOWN) is None
    assert match("Paper Lanterns", "Tin Sparrow", KNOWN) is None
    assert match("", "", KNOWN) is None
    assert match("Velero", "Lío", []) is None


def test_an_additional_artist_matches_only_for_services_that_may_omit_artists():
    more = "Velvet Orchard, Mira Solano"
    from_uploads = match("Paper Lanterns", more, KNOWN)
    from_a_full_list = match("Paper Lanterns", more, KNOWN, lists_all_artists=True)
    assert from_uploads
    assert from_a_full_list
    assert (from_uploads.is_sure, from_a_full_list.is_sure) == (True, False)

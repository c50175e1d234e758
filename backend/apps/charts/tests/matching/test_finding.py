"""The likeliest of many: sure, for a person to look at, or none."""

from apps.charts.matching.matcher import THRESHOLD, WORTH_A_LOOK, Recording, match, ranked

KNOWN = [
    Recording("original", "Paper Lanterns", "Velvet Orchard", names_everyone=True),
    Recording("remix", "Paper Lanterns - Ondo Remix", "Velvet Orchard, Ondo", names_everyone=True),
    Recording("live", "Paper Lanterns (Live)", "Velvet Orchard", names_everyone=True),
    Recording("other", "Silver Rain", "Tin Sparrow", names_everyone=True),
]


def test_the_same_version_is_sure_and_another_is_offered_for_a_look():
    found = match("Velvet Orchard - Paper Lanterns (Ondo Remix)", "Ondo", KNOWN)
    assert found is not None
    assert (found.recording.key, found.is_sure) == ("remix", True)

    other = match("Paper Lanterns (Acoustic)", "Velvet Orchard", KNOWN)
    assert other is not None
    assert (other.is_sure, WORTH_A_LOOK <= other.score < THRESHOLD) == (False, True)


def test_all_that_are_worth_a_look_come_likeliest_first_and_of_equals_the_first():
    found = ranked("Paper Lanterns", "Velvet Orchard", KNOWN)
    assert [one.recording.key for one in found] == ["original", "remix", "live"]
    assert [one.is_sure for one in found] == [True, False, False]

    first = match("Velero", "Lío", [Recording("a", "Velero", "Lío"), Recording("b", "Velero", "Lío")])
    assert first is not None
    assert first.recording.key == "a"


def test_names_that_have_nothing_in_common_give_none():
    assert match("Velero", "Lío", KNOWN) is None
    assert match("Paper Lanterns", "Tin Sparrow", KNOWN) is None
    assert match("", "", KNOWN) is None
    assert match("Velero", "Lío", []) is None


def test_an_artist_more_is_sure_only_where_a_service_may_leave_artists_out():
    more = "Velvet Orchard, Mira Solano"
    from_uploads = match("Paper Lanterns", more, KNOWN)
    from_a_full_list = match("Paper Lanterns", more, KNOWN, names_everyone=True)
    assert from_uploads
    assert from_a_full_list
    assert (from_uploads.is_sure, from_a_full_list.is_sure) == (True, False)

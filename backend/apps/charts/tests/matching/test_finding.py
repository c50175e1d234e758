"""The likeliest of many: sure, for a person to look at, or none."""

from apps.charts.matching.finding import THRESHOLD, WORTH_A_LOOK, Recording, match, ranked

KNOWN = [
    Recording("original", "Paper Lanterns", "Velvet Orchard", names_everyone=True),
    Recording("remix", "Paper Lanterns - Ondo Remix", "Velvet Orchard, Ondo", names_everyone=True),
    Recording("live", "Paper Lanterns (Live)", "Velvet Orchard", names_everyone=True),
    Recording("other", "Silver Rain", "Tin Sparrow", names_everyone=True),
]


def test_the_same_version_is_found_and_sure():
    found = match("Velvet Orchard - Paper Lanterns (Ondo Remix)", "Ondo", KNOWN)
    assert found is not None
    assert (found.recording.key, found.is_sure) == ("remix", True)


def test_another_version_is_offered_for_a_look_but_not_sure():
    found = match("Paper Lanterns (Acoustic)", "Velvet Orchard", KNOWN)
    assert found is not None
    assert not found.is_sure
    assert WORTH_A_LOOK <= found.score < THRESHOLD


def test_all_that_are_worth_a_look_come_likeliest_first():
    found = ranked("Paper Lanterns", "Velvet Orchard", KNOWN)
    assert [one.recording.key for one in found] == ["original", "remix", "live"]
    assert [one.is_sure for one in found] == [True, False, False]


def test_names_that_have_nothing_in_common_give_none():
    assert match("Velero", "Lío", KNOWN) is None
    assert match("Paper Lanterns", "Tin Sparrow", KNOWN) is None
    assert match("", "", KNOWN) is None
    assert match("Velero", "Lío", []) is None


def test_of_equals_the_first_is_taken():
    twice = [Recording("a", "Velero", "Lío"), Recording("b", "Velero", "Lío")]
    found = match("Velero", "Lío", twice)
    assert found is not None
    assert found.recording.key == "a"


def test_an_artist_more_is_sure_only_where_a_service_may_leave_artists_out():
    more = "Velvet Orchard, Mira Solano"
    from_uploads = match("Paper Lanterns", more, KNOWN)
    from_a_full_list = match("Paper Lanterns", more, KNOWN, names_everyone=True)
    assert from_uploads is not None
    assert from_uploads.is_sure
    assert from_a_full_list is not None
    assert not from_a_full_list.is_sure

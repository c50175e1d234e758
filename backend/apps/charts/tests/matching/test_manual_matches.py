"""Manual matches: stored, used, and deleted."""

import pytest

from apps.charts.models import ManualMatch
from apps.charts.pipeline.track_resolution import manual_matches
from apps.charts.services import delete_match, save_match
from apps.tracks.metadata import MetadataError

pytestmark = pytest.mark.django_db
ISRC, OTHER = "QZAAA2500001", "QZAAA2500002"


def decided(*ids):
    return manual_matches(source="soundcloud", source_track_ids=ids)


def test_the_last_decision_about_a_services_own_id_is_used_until_it_is_deleted():
    assert decided("1") == {}
    save_match(source="soundcloud", source_track_id="1", isrc="qz-aaa-25-00001", decided_by="Ada")
    assert decided("1", "2") == {"1": ISRC}
    assert manual_matches(source="apple_music", source_track_ids=["1"]) == {}
    for isrc in (OTHER, None):  # none of the known ones is a decision, too
        save_match(source="soundcloud", source_track_id="1", isrc=isrc)
        assert decided("1") == {"1": isrc}
    assert ManualMatch.objects.count() == 1

    assert delete_match(source="soundcloud", source_track_id="1")
    assert not delete_match(source="soundcloud", source_track_id="1")
    assert decided("1") == {}


@pytest.mark.parametrize(
    "text", ["", "QZAAA250000", "QZAAA25000011", "1ZAAA2500001", "QZAAA25O0001", "QZAAA2500001\x00"]
)
def test_an_invalid_isrc_is_rejected(text):
    with pytest.raises(MetadataError):
        save_match(source="soundcloud", source_track_id="1", isrc=text)
    assert decided("1") == {}

"""What is done by the clock: lists of active people, a new model."""

from datetime import timedelta

from django.utils import timezone

from apps.recommendations.models import RecommendationList
from apps.recommendations.tasks import ACTIVE_FOR, FRESH_FOR, refresh_active, train
from apps.recommendations.tests.telling import read, tell


def test_active_people_get_a_new_list_and_others_do_not(ada, bo, add_person, library):
    cem = add_person("cem")
    tell(ada, "play", library["Halo"])
    tell(bo, "play", library["Halo"], at=timezone.now() - ACTIVE_FOR - timedelta(days=1))
    tell(cem, "play", library["Halo"])
    read(cem)
    RecommendationList.objects.update(generated_at=timezone.now() - FRESH_FOR - timedelta(minutes=1))

    assert refresh_active() == {"refreshed": 2}
    assert {kept.user_id for kept in RecommendationList.objects.all()} == {ada.pk, cem.pk}
    # A run that takes over from a killed one does nothing twice.
    assert refresh_active() == {"refreshed": 0}


def test_training_without_a_listen_leaves_everything_as_it_is(library, no_model):
    assert train() == {"listens": 0}
    assert not no_model.exists()


def test_training_learns_from_what_people_do(ada, library, no_model):
    tell(ada, "like", library["Halo"], library["Naima"])

    assert train() == {"listens": 4, "items": 4}
    assert no_model.exists()

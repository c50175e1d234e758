"""Every model of ours has a place in the admin."""

import pytest
from django.apps import apps
from django.contrib import admin

OURS = ("core", "realtime", "tracks", "users", "playlist")


@pytest.mark.parametrize(
    "model", [model for label in OURS for model in apps.get_app_config(label).get_models()], ids=str
)
def test_every_model_is_in_the_admin(model):
    assert admin.site.is_registered(model)

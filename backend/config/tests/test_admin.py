from django.apps import apps
from django.contrib import admin

OURS = ("core", "realtime", "tracks", "users", "playlist")


def test_every_model_is_in_the_admin():
    models = [list(apps.get_app_config(label).get_models()) for label in OURS]

    assert all(models)
    assert [model for of_app in models for model in of_app if not admin.site.is_registered(model)] == []

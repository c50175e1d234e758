from django.apps import apps
from django.contrib import admin

from apps.users.models import LoginSession

OURS = ("core", "realtime", "tracks", "users", "playlist")
# A session is its owner's alone, as a token is.
PRIVATE = {LoginSession}


def test_every_model_is_in_the_admin():
    models = [list(apps.get_app_config(label).get_models()) for label in OURS]

    assert all(models)
    missing = {model for of_app in models for model in of_app if not admin.site.is_registered(model)}
    assert missing == PRIVATE

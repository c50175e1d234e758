"""What every app may use; knows no app."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "core"

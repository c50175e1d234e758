"""The wiring's own Django app: it carries the commands that run the server."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    label = "config"

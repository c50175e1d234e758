"""How often recordings are played and watched at music services, day by day."""

from django.apps import AppConfig


class CountsConfig(AppConfig):
    name = "apps.counts"

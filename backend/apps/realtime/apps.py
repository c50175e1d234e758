"""Ordered event streams: append to the log, publish, fan out, resume. Knows nothing about music."""

from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "apps.realtime"

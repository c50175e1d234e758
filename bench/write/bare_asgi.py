"""A bare Django REST framework view that inserts one row, and one that lists rows, under plain Daphne.

The same Django, framework, server and database as Tutti's, without middleware and authentication.
"""

import os
import secrets

import django
import environ
from django.conf import settings

DATABASE = environ.Env.db_url_config(os.environ["BARE_DATABASE"])
if DATABASE["ENGINE"].endswith("sqlite3"):
    DATABASE["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    DATABASE["OPTIONS"] = {"pool": True}  # a new connection for each request would dominate its cost
settings.configure(
    SECRET_KEY=secrets.token_hex(),
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF=__name__,
    INSTALLED_APPS=["rest_framework"],
    USE_TZ=True,
    DATABASES={"default": DATABASE},
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    },
)
django.setup()

from django.core.asgi import get_asgi_application  # noqa: E402 - Django must be set up first
from django.db import connection, models  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import generics, serializers  # noqa: E402


class Row(models.Model):
    item = models.IntegerField()
    voter = models.CharField(max_length=64)
    value = models.SmallIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        app_label = "bare"

    def __str__(self) -> str:
        return f"{self.voter} for {self.item}"


class RowSerializer(serializers.ModelSerializer):  # type: ignore[type-arg]
    class Meta:
        model = Row
        fields = "__all__"


class Creating(generics.CreateAPIView):  # type: ignore[type-arg]
    queryset = Row.objects.all()
    serializer_class = RowSerializer


class Listing(generics.ListAPIView):  # type: ignore[type-arg]
    """Lists as many rows as the query parameter says, oldest first."""

    serializer_class = RowSerializer

    def get_queryset(self) -> "models.QuerySet[Row]":
        return Row.objects.order_by("pk")[: self.kwargs["count"]]


urlpatterns = [path("rows/", Creating.as_view()), path("rows/<int:count>/", Listing.as_view())]

if Row._meta.db_table not in connection.introspection.table_names():
    with connection.schema_editor() as schema:
        schema.create_model(Row)
# One connection stays open: SQLite would checkpoint and delete its log when a request closes the last one.
if connection.vendor != "sqlite":
    connection.close()
application = get_asgi_application()

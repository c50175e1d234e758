"""A database of before accounts had keys: it is brought up to date with whatever is in it."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.migrations.executor import MigrationExecutor

from apps.users.models import User

BEFORE = [("users", "0001_initial")]
OLD = [
    ("ada", "Ada@example.org"),
    ("Ada", "ada@EXAMPLE.org"),
    ("bo", ""),
    ("cem", ""),
    ("Jürgen", "j@example.org"),
    ("JÜRGEN", "other@example.org"),
]


def migrate(targets: list[tuple[str, str]]) -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(targets)


@pytest.fixture
def older(transactional_db: None):
    """Accounts, some of them equal."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    migrate(BEFORE)
    try:
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO users_user (username, email, password, first_name, last_name, is_staff,"
                " is_active, is_superuser, date_joined)"
                " VALUES (%s, %s, 'x', '', '', false, true, false, '2025-12-04 10:00:00+00:00')",
                OLD,
            )
        migrate(leaves)
        yield
    finally:
        migrate(leaves)
        User.objects.all().delete()


def test_everybody_stays_and_the_oldest_has_the_key(older: None):
    rows = list(User.objects.order_by("pk").values_list("username", "email", "username_key", "email_key"))
    assert [(name, email) for name, email, *_ in rows] == OLD
    assert [keys for *_, keys, _ in rows] == ["ada", None, "bo", "cem", "jürgen", None]
    assert [key for *_, key in rows] == [
        "ada@example.org",
        None,
        None,
        None,
        "j@example.org",
        "other@example.org",
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="ADA")
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create(username="new", email="ADA@example.org")


def test_an_older_account_can_be_saved_and_changed(older: None):
    twin = User.objects.get(username="Ada")
    twin.first_name = "Augusta"
    twin.full_clean(exclude=["password"])
    twin.save()
    assert User.objects.get(pk=twin.pk).email_key is None
    twin.email = "augusta@example.org"
    twin.save()
    assert User.objects.get(pk=twin.pk).email_key == "augusta@example.org"
    bo = User.objects.get(username="bo")
    bo.email = "augusta@EXAMPLE.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        bo.save()

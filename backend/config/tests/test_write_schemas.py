import json

from django.core.management import call_command
from django.test import Client


def test_the_schemas_are_written_as_the_server_answers_them(tmp_path):
    call_command("write_schemas", tmp_path / "new")

    for name in ("schema.json", "events.schema.json"):
        assert json.loads((tmp_path / "new" / name).read_text()) == Client().get(f"/api/{name}").json()

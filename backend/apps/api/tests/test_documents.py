"""How the API's documents are created. What they say: tests/contract/test_schema_document.py."""

from typing import Any

import pytest

from apps.api import swagger
from apps.api.openapi import openapi_document
from apps.jobs.tests.concurrent_users import run_concurrently

pytestmark = pytest.mark.django_db(transaction=True)


def test_concurrent_first_requests_create_the_document_once(monkeypatch: pytest.MonkeyPatch):
    created: list[object] = []
    original = swagger.Generator.get_schema

    def counted(self: swagger.Generator, *arguments: Any, **options: Any) -> Any:
        created.append(self)
        return original(self, *arguments, **options)

    monkeypatch.setattr(swagger.Generator, "get_schema", counted)
    swagger._created_document.cache_clear()
    openapi_document.cache_clear()
    documents = run_concurrently(3, lambda _caller: openapi_document())
    assert len(created) == 1
    assert documents[0]["paths"] == documents[1]["paths"] == documents[2]["paths"]

"""Somebody with an account, as analytics knows them over HTTP."""

import json
from typing import Any

import httpx

ACTIVITY = "/api/analytics/activity/"
ME = "/api/analytics/me/"


class Person:
    """`figures` has to be given; what may be refused goes through `post`."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    @property
    def user_id(self) -> int:
        return int(self.figures()["user_id"])

    def post(self, body: Any, *, key: str | None = None) -> httpx.Response:
        headers = {"Content-Type": "application/json"} | ({} if key is None else {"Idempotency-Key": key})
        # Half a character can be said in JSON, though not in UTF-8.
        return self.http.post(ACTIVITY, content=json.dumps(body), headers=headers)

    def tell(self, body: Any) -> Any:
        answer = self.post(body)
        assert answer.status_code == 201, answer.text
        return answer.json()

    def figures(self, **query: str) -> dict[str, Any]:
        answer = self.http.get(ME, params=query)
        assert answer.status_code == 200, answer.text
        figures: dict[str, Any] = answer.json()
        return figures

    def activities(self) -> int:
        return int(self.figures()["activities"])

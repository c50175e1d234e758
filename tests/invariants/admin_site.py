"""The Django admin as a person uses it: pages fetched, forms filled in and sent."""

from typing import Any

import httpx

from core.tests.admin_pages import Page


class AdminSite:
    """By a client that is logged in as a superuser."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def get(self, path: str) -> httpx.Response:
        return self.http.get(path)

    def post(self, path: str, fields: dict[str, Any]) -> httpx.Response:
        sent = {"csrfmiddlewaretoken": self.http.cookies["csrftoken"], **fields}
        return self.http.post(path, data=sent, headers={"Referer": str(self.http.base_url)})

    def add(self, model: str, **values: Any) -> Any:
        return Page(self, f"/admin/{model}/add/").send(**values)  # type: ignore[arg-type]

    def change(self, model: str, row_id: int, **values: Any) -> Any:
        return Page(self, f"/admin/{model}/{row_id}/change/").send(**values)  # type: ignore[arg-type]

    def delete(self, model: str, row_id: int) -> httpx.Response:
        return self.post(f"/admin/{model}/{row_id}/delete/", {"post": "yes"})

    def delete_selected(self, model: str, row_ids: list[int]) -> httpx.Response:
        """The action of the list, with its page that asks again."""
        chosen = {"action": "delete_selected", "_selected_action": row_ids}
        asked = self.post(f"/admin/{model}/", chosen)
        assert asked.status_code == 200, asked.text
        return self.post(f"/admin/{model}/", {**chosen, "post": "yes"})

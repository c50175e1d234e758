"""The two pages that show the API load nothing from elsewhere, so they work without internet."""

import re

import httpx
import pytest

PAGES = ["/api/docs/", "/api/redoc/"]
LOADED = re.compile(r"""<(?:script|link|img|iframe)[^>]*?\b(?:src|href)=["']([^"']+)["']""")
ELSEWHERE = re.compile(r"""(?:https?:)?//[a-z0-9-]+\.[a-z0-9.-]+[^\s"'`)<]*""", re.IGNORECASE)
IMPORTED_STYLE = re.compile(r"""@import|url\((?!["']?(?:data:|#))""")
A_FILE = re.compile(r"\.(?:svg|png|gif|jpe?g|ico|js|mjs|css|woff2?|ttf)$")
# What the two viewers could load, and what keeps them from it. A newer one that has more fails here.
KNOWN_FILES = {
    # documents/redoc.js lets pictures come from here only.
    "https://cdn.redoc.ly/redoc/logo-mini.svg",
}
SWAGGER_UI = "/static/drf-yasg/swagger-ui-dist/swagger-ui-bundle.js"


def files_of(client: httpx.Client, page: str) -> dict[str, str]:
    """What the page loads, by its address."""
    addresses = LOADED.findall(client.get(page).text)
    assert addresses
    return {address: client.get(address).raise_for_status().text for address in addresses}


@pytest.mark.parametrize("page", PAGES)
def test_page_shows_the_document_with_files_of_this_server_alone(client: httpx.Client, page: str) -> None:
    answer = client.get(page)

    assert answer.headers["Content-Type"].startswith("text/html")
    assert '"/api/schema.json"' in answer.text
    assert ELSEWHERE.findall(answer.text) == []
    loaded = LOADED.findall(answer.text)
    assert loaded
    assert all(address.startswith("/static/") for address in loaded)
    assert re.findall(r"<script(?![^>]*\bsrc=)", answer.text) == []
    assert re.findall(r"<style|\bstyle=|\bon\w+=", answer.text) == []
    write = client.post(page)
    assert (write.status_code, write.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert write.headers["Allow"] == "GET, HEAD"


@pytest.mark.parametrize("page", PAGES)
def test_files_of_the_page_name_no_files_elsewhere(client: httpx.Client, page: str) -> None:
    for address, text in files_of(client, page).items():
        if address.endswith(".png"):
            continue
        told = {found for found in ELSEWHERE.findall(text) if A_FILE.search(found)}
        assert told <= KNOWN_FILES, address
        if address.startswith("/static/documents/"):
            assert ELSEWHERE.findall(text) == [], address
        if address.endswith(".css"):
            assert IMPORTED_STYLE.findall(text) == [], address


def test_swagger_ui_asks_nobody_whether_the_document_is_valid(client: httpx.Client) -> None:
    files = files_of(client, "/api/docs/")

    assert "validator.swagger.io" in files[SWAGGER_UI], "the default has another name now"
    assert "validatorUrl: null" in files["/static/documents/swagger.js"]


def test_entry_points_name_the_documents(client: httpx.Client) -> None:
    told = client.get("/api/").json()

    for name in ("docs", "redoc", "schema", "events_schema"):
        assert client.get(told[name]).status_code == 200, name

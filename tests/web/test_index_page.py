"""The document that the console is loaded by."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.testclient import TestClient

from waypost.web import links
from waypost.web.index_page import document, index_routes


def test_every_page_has_its_document_and_other_paths_have_not():
    client = TestClient(Starlette(routes=index_routes()))
    for path in links.ADDRESS.values():
        answer = client.get(path, params={"id": "A-1"})
        assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert answer.headers["cache-control"] == "no-cache"
    assert client.get("/static/js/index.js").status_code == 404
    assert client.post("/orders").status_code == 405


def test_it_is_streamlits_own_with_our_script_before_any_other():
    html = document()
    assert '<div id="root">' in html
    assert html.index("window.__streamlit") < html.index('type="module"')
    assert "<title>Waypost</title>" in html


def test_every_page_that_is_shown_has_a_script():
    assert all(links.path(page).is_file() for page in links.ADDRESS)

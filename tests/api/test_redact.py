"""Capabilities stay out of the web server's log."""

from __future__ import annotations

import logging

import pytest

from waypost.api.redact import HideCapabilities, hide_capabilities


@pytest.fixture
def clean_loggers():
    yield
    for name in ("uvicorn.access", "uvicorn.error"):
        logger = logging.getLogger(name)
        for each in [f for f in logger.filters if isinstance(f, HideCapabilities)]:
            logger.removeFilter(each)


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/login/link/SECRET", "/login/link/***"),
        ("/login/link/SECRET?lang=zh", "/login/link/***?lang=zh"),
        ("/t/SECRET/events", "/t/***/events"),
        ("/orders?q=/t", "/orders?q=/t"),
    ],
)
def test_the_token_of_a_link_is_not_logged(
    clean_loggers: None, caplog: pytest.LogCaptureFixture, path: str, logged: str
) -> None:
    hide_capabilities()
    hide_capabilities()
    log = logging.getLogger("uvicorn.access")
    assert len(log.filters) == 1
    with caplog.at_level(logging.INFO, "uvicorn.access"):
        log.info('%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", path, "1.1", 200)
    assert caplog.messages == [f'127.0.0.1:5 - "GET {logged} HTTP/1.1" 200']

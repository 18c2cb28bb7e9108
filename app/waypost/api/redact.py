"""Keeps capabilities (one-time links, tracking links) out of the access log."""

from __future__ import annotations

import logging
import re

_CAPABILITY = re.compile(r"(/login/link/|/t/|/api/v1/track/)[^/?#\s\"]+")
_LOGGERS = ("uvicorn.access", "uvicorn.error")


class HideCapabilities(logging.Filter):
    """Replaces the token in a logged path by `***`."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record; every record passes."""
        if isinstance(record.args, tuple):
            record.args = tuple(_hide(each) if isinstance(each, str) else each for each in record.args)
        record.msg = _hide(record.msg) if isinstance(record.msg, str) else record.msg
        return True


def hide_capabilities() -> None:
    """Put the filter on the web server's loggers; calling it twice does no harm."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, HideCapabilities) for each in logger.filters):
            logger.addFilter(HideCapabilities())


def _hide(text: str) -> str:
    return _CAPABILITY.sub(r"\1***", text)

"""What axe finds on a page: the accessibility rules that people who see, hear or move differently rely on."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

SERIOUS = ("serious", "critical")
# What stands inside frames of older Streamlit components is a drawing; it has its text beside it.
_WHERE = {"exclude": [["iframe"]]}


def serious(page: Page) -> list[str]:
    """Everything serious, as rule, how often, and the first place."""
    found: list[dict[str, Any]] = Axe().run(page, context=_WHERE).response["violations"]
    return [
        f"{rule['id']} x{len(rule['nodes'])}: {rule['nodes'][0]['target']} {rule['nodes'][0]['html'][:160]}"
        for rule in found
        if rule["impact"] in SERIOUS
    ]

"""Ways for the keyboard between canvas and form: Enter on a block goes into its form, F6 from there to the canvas."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.web.builder_desk import Desk

# The canvas knows F6 within itself; outside of it, it leads into the canvas. Nothing of a person's input goes in here.
_SCRIPT: Final = """<script>
if (!window.wpBuilderKeys) {
  window.wpBuilderKeys = (event) => {
    const side = document.querySelector(".st-key-builder-body");
    if (event.key !== "F6" || !side) return;
    const host = [...side.querySelectorAll("*")].find((each) => each.shadowRoot?.querySelector(".canvas"));
    if (!host || host.contains(event.target)) return;
    event.preventDefault();
    const root = host.shadowRoot;
    (root.querySelector(".react-flow__node.selected") ?? root.querySelector(".palette button[tabindex='0']"))?.focus();
  };
  document.addEventListener("keydown", window.wpBuilderKeys);
}
if (%d && %d !== window.wpBuilderOpened) {
  window.wpBuilderOpened = %d;
  setTimeout(() => document.querySelector(".st-key-builder-form :is(input, textarea)")?.focus(), 150);
}
</script>"""


def draw(desk: Desk) -> None:
    """Once per run, after the form: `desk.entered` is another number when a person asked for the form of a block."""
    st.html(_SCRIPT % (desk.entered, desk.entered, desk.entered), unsafe_allow_javascript=True)

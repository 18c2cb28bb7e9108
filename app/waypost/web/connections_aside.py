"""Ways in that need no connection: table files, events that are sent, and positions over MQTT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.services.connections.service import Connections
from waypost.web.format import Format


def base() -> str:
    """The address of this site as the browser knows it."""
    return str(st.context.url or "http://localhost:8501").split("/connections", 1)[0].rstrip("/")


def file(us: Connections, who: Identity, fmt: Format) -> None:
    t = fmt.t
    st.subheader(t("Table file"), anchor=False)
    st.markdown(t("One command reads a file or a folder. Running it again adds nothing twice."))
    st.code("waypost import orders.csv --mapping mapping.json --timezone Asia/Shanghai", language="sh", wrap_lines=True)
    st.markdown(t("A mapping document says which column is what; `docs/import.md` explains it with examples."))
    st.code("waypost import folder/ --preset olist", language="sh", wrap_lines=True)


def push(us: Connections, who: Identity, fmt: Format) -> None:
    t = fmt.t
    st.subheader(t("Send events yourself"), anchor=False)
    st.markdown(t("1. Make a key. It is shown once."))
    st.code("waypost keys create my-system --scope events:write", language="sh", wrap_lines=True)
    st.markdown(t("2. Send CloudEvents, one or up to 5,000 at once. The answer says what became of each."))
    event = (
        '{"specversion": "1.0", "id": "1", "source": "my-system", "type": "order.created",\n'
        '  "subject": "order/1001", "time": "2026-11-23T10:00:00+08:00"}'
    )
    call = f"curl -X POST {base()}/api/v1/events -H 'Authorization: Bearer KEY' -d '{event}'"
    st.code(call, language="sh", wrap_lines=True)
    st.markdown(t("The words for `type` are listed at {address}.", address=f"`{base()}/api/v1/vocabulary`"))


def positions(us: Connections, who: Identity, fmt: Format) -> None:
    """How to show moving vehicles: the broker is a setting of the server."""
    t = fmt.t
    st.subheader(t("Vehicle positions (MQTT)"), anchor=False)
    st.markdown(t("1. Let the phones or trackers publish OwnTracks messages to your broker."))
    st.markdown(t("2. Tell Waypost where the broker is, and start it again."))
    settings = "export WAYPOST_MQTT_URL=mqtts://broker.example:8883\nexport WAYPOST_MQTT_TOPIC='owntracks/#'"
    st.code(f"{settings}\nwaypost serve", language="sh", wrap_lines=True)
    st.markdown(t("3. Open the map: vehicles appear as soon as they speak. `waypost positions list` shows them, too."))


ASIDE: Final[dict[str, Callable[[Connections, Identity, Format], Any]]] = {
    "file": file, "push": push, "positions": positions,
}  # fmt: skip

"""The links that were handed out: for which order, until when, by whom; and revoking them."""

from __future__ import annotations

from typing import Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.api.track.words import own_name
from waypost.domain.instants import now_us
from waypost.i18n import N_
from waypost.services import merchants, tracking
from waypost.services.export.rooms import links_sheet
from waypost.services.export.sheet import Sheet, later
from waypost.services.live import OrderQuery
from waypost.services.tracking import Link, Links
from waypost.web import cache, deps, export, links
from waypost.web.format import Format
from waypost.web.tracking_view import PAGE

_PER_PAGE = 20
_MOST = 100_000  # rows of a file
_STATES: Final = {
    "active": (N_("in force"), "check_circle"),
    "expired": (N_("expired"), "schedule"),
    "revoked": (N_("revoked"), "block"),
}


def draw(who: Identity, fmt: Format) -> None:
    """The list, newest first."""
    t = fmt.t
    page = _page()
    found = _found(page)
    asked = links.value("id")
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.count"):
        count = t.plural("{n} link", "{n} links", found.total, n=fmt.count(found.total))
        st.markdown(f"**{count}**", width="content")
        if asked:
            gone = ({"id": None, "scope": None},)
            st.button(
                t("of order {id}", id=asked), icon=":material/close:", on_click=links.put, args=gone, key=f"{PAGE}.all"
            )
        if found.rows:
            st.space("stretch")
            export.offer(later(links_sheet([], 0), _everything), fmt, key=f"{PAGE}.export")
    if not found.rows:
        st.info(t("No link has been issued. Issue one for an order, and it is listed here."), icon=":material/link:")
        return
    names = {shop.key: shop.name for shop in merchants.listing(deps.get().waypost.engine)}
    now = now_us()
    for link in found.rows:
        _line(link, names.get(link.merchant or "", ""), now, who, fmt)
    _turn(page, found.total, fmt)


def _found(page: int, limit: int = _PER_PAGE) -> Links:
    asked = links.value("id")
    engine, key = deps.get().waypost.engine, None
    if asked:
        rows = cache.view().orders(OrderQuery(keys=cache.searched(asked).keys, limit=1)).rows
        key = rows[0].key if rows else -1
    return tracking.listing(engine, key=key, limit=limit, offset=(page - 1) * _PER_PAGE)


def _everything() -> Sheet:
    return links_sheet(_found(1, _MOST).rows, now_us())


def _line(link: Link, merchant: str, now: int, who: Identity, fmt: Format) -> None:
    t, state = fmt.t, link.state(now)
    label, icon = _STATES[state]
    about = " · ".join(filter(None, (merchant, own_name(link.lang) if link.lang else "")))
    with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"{PAGE}.link.{link.id}"):
        with st.container(gap="xxsmall"):
            st.markdown(f"[**{_plain(link.subject.ref)}**]({links.order(link.subject)}) {_plain(about)}")
            made = t("issued {when} by {who}", when=fmt.instant(link.created_at, now), who=link.created_by)
            ends = t("good until {day}", day=fmt.instant(link.expires_at, now))
            st.caption(f":material/{icon}: {t(label)} · {_plain(made)} · {ends}")
        if state == "active":
            key = f"{PAGE}.revoke.{link.id}"
            st.button(t("Revoke"), key=key, icon=":material/link_off:", on_click=_revoke, args=(link.id, who))


def _revoke(link_id: int, who: Identity) -> None:
    tracking.revoke(deps.get().waypost.engine, link_id, now_us(), who.name)


def _page() -> int:
    held = links.value("page") or "1"
    return max(int(held), 1) if held.isascii() and held.isdigit() and len(held) < 6 else 1


def _turn(page: int, total: int, fmt: Format) -> None:
    last = -(-total // _PER_PAGE)
    if last < 2:
        return
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.turn"):
        st.button(fmt.t("Newer"), key=f"{PAGE}.newer", disabled=page < 2, on_click=_go, args=(page - 1,))
        st.markdown(fmt.t("Page {n} of {all}", n=fmt.count(page), all=fmt.count(last)), width="content")
        st.button(fmt.t("Older"), key=f"{PAGE}.older", disabled=page >= last, on_click=_go, args=(page + 1,))


def _go(page: int) -> None:
    links.put({"page": None if page == 1 else str(page)})


def _plain(text: str) -> str:
    """A text that Markdown leaves as it is."""
    return "".join(f"\\{char}" if char in r"\`*_{}[]()#+-.!|<>$~:" else char for char in text)

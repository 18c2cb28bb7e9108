"""Issuing a link to an order: the form, the link and the snippets to copy, and a preview of the page."""

from __future__ import annotations

from html import escape
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from waypost.access.sessions import Identity
from waypost.api.track.words import Words, own_name
from waypost.domain.errors import WaypostError
from waypost.domain.instants import now_us
from waypost.i18n import LANGUAGES, N_
from waypost.services import merchants, tracking
from waypost.services.live.query import OrderRow
from waypost.services.merchants import Merchant
from waypost.services.story import tell
from waypost.web import cache, deps, links
from waypost.web.format import Format
from waypost.web.tracking_view import PAGE, order

_ISSUED: Final = "waypost.tracking.issued"  # the token: it is not stored anywhere, so only this session knows it
_LANGUAGES: Final = {"": N_("The reader's language"), **{lang: own_name(lang) for lang in LANGUAGES}}
_DEVICES: Final = {"phone": N_("Phone"), "desk": N_("Desk")}


class Issued(NamedTuple):
    """A link that this session has just made."""

    key: int
    token: str
    expires_at: int


def draw(who: Identity, fmt: Format) -> str | None:
    """Search, form, and what to copy; the path of the page if this session has just made a link to it."""
    row = order(fmt)
    if row is None:
        return None
    left, right = st.columns([5, 7], gap="large")
    with left:
        _form(row, who, fmt)
    issued = st.session_state.get(_ISSUED)
    mine = issued if issued is not None and issued.key == row.key else None
    with right:
        if mine is None:
            st.subheader(fmt.t("What the customer will read"), anchor=False)
            st.markdown(f"> {headline(row, fmt)}")
            st.caption(fmt.t("Issue a link to see the whole page, and to copy it or embed it."))
        else:
            _to_copy(mine, fmt)
    return f"/t/{mine.token}" if mine is not None else None


def headline(row: OrderRow, fmt: Format) -> str:
    """The sentence on top of the customer's page."""
    view = cache.view()
    journey = view.journeys[row.journey].version.journey if row.journey else None
    zone = next((shop.zone for shop in merchants.listing(deps.get().waypost.engine)), "")  # of the one offered first
    story = tell(cache.order_journey(row.key), journey, deps.get().waypost.vocabulary, view.now, zone)
    return Words(story, fmt.t, view.now).headline()


def snippets(base: str, token: str, title: str) -> tuple[str, str]:
    """The script tag and the plain iframe that show the page in a shop's own page."""
    script = f'<script src="{base}/assets/embed.js" data-token="{token}" async></script>'
    frame = (
        f'<iframe src="{base}/t/{token}" title="{escape(title)}" width="100%" height="720"\n'
        '        style="border:0" loading="lazy" referrerpolicy="no-referrer"></iframe>'
    )
    return script, frame


def _form(row: OrderRow, who: Identity, fmt: Format) -> None:
    t, shops = fmt.t, merchants.listing(deps.get().waypost.engine)
    with st.form(f"{PAGE}.issue", border=True):
        st.subheader(t("Link to order {ref}", ref=row.subject.ref), anchor=False)
        shop = _merchant(shops, fmt)
        lang = st.selectbox(
            t("Language"), tuple(_LANGUAGES), format_func=lambda each: t(_LANGUAGES[each]), key=f"{PAGE}.lang"
        )
        days = st.number_input(
            t("Good for how many days"), 1, tracking.MAX_DAYS, tracking.DAYS, step=1, key=f"{PAGE}.days"
        )
        if st.form_submit_button(t("Issue link"), type="primary", icon=":material/add_link:"):
            _issue(row, shop, lang or "", int(days), who)
    address = {"id": row.subject.ref, "scope": row.subject.scope} if row.subject.scope else {"id": row.subject.ref}
    st.page_link(links.path("order"), label=t("Open the order"), icon=":material/route:", query_params=address)


def _merchant(shops: list[Merchant], fmt: Format) -> str | None:
    t = fmt.t
    if not shops:
        st.caption(t("There is no merchant yet, so only this site may embed the page. Add one under Merchants."))
        return None
    names: dict[str | None, str] = {shop.key: shop.name for shop in shops} | {None: t("None")}
    chosen: str | None = st.selectbox(
        t("Merchant"), tuple(names), format_func=lambda key: names[key], key=f"{PAGE}.merchant"
    )
    return chosen


def _issue(row: OrderRow, shop: str | None, lang: str, days: int, who: Identity) -> None:
    engine = deps.get().waypost.engine
    try:
        token, link = tracking.issue(engine, row.key, now_us(), who.name, merchant_key=shop, lang=lang, days=days)
    except WaypostError as error:
        st.error(str(error), icon=":material/error:")
        return
    st.session_state[_ISSUED] = Issued(row.key, token, link.expires_at)
    st.rerun()


def _to_copy(issued: Issued, fmt: Format) -> None:
    t, base = fmt.t, _base()
    st.success(t("The link is made. It is shown only here and now: copy it."), icon=":material/check:")
    script, frame = snippets(base, issued.token, t("Order tracking"))
    until = t("good until {day}", day=fmt.instant(issued.expires_at))
    for title, note, code, language in (
        (t("Link"), until, f"{base}/t/{issued.token}", None),
        (t("Script tag"), t("grows with its content"), script, "html"),
        (t("Plain iframe"), t("fixed height"), frame, "html"),
    ):
        st.markdown(f"**{title}** · {note}")
        st.code(code, language=language, wrap_lines=True)


def preview_choice(fmt: Format) -> tuple[Literal["phone", "desk"], str]:
    """Device and language of the preview, with the controls that change them."""
    with st.container(horizontal=True, vertical_alignment="center", key=f"{PAGE}.preview"):
        st.subheader(fmt.t("Preview"), anchor=False, width="stretch")
        device: Literal["phone", "desk"] = "desk" if _switch("device", _DEVICES, "phone", fmt) == "desk" else "phone"
        return device, _switch("show", {lang: own_name(lang) for lang in LANGUAGES}, fmt.lang, fmt)


def _switch(name: str, choices: dict[str, str], default: str, fmt: Format) -> str:
    held = links.value(name, tuple(choices)) or default
    st.segmented_control(
        name,
        tuple(choices),
        required=True,
        format_func=lambda choice: fmt.t(choices[choice]),
        label_visibility="collapsed",
        **links.bound(PAGE, name, held),
    )
    return held


def _base() -> str:
    """Scheme, host and port that this browser reaches us by."""
    parts = urlsplit(st.context.url or "http://localhost:8501")
    return f"{parts.scheme}://{parts.netloc}"

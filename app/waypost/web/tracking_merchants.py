"""Merchants: name, mark and help line of the customer's page, and the sites that may embed it."""

from __future__ import annotations

import re
from typing import Any, Final

import streamlit as st

from waypost.access.sessions import Identity
from waypost.domain.errors import FieldError
from waypost.domain.instants import now_us
from waypost.i18n import N_
from waypost.services import merchants
from waypost.services.merchants import Merchant
from waypost.web import deps, links
from waypost.web.format import Format
from waypost.web.tracking_view import PAGE

_SAVED: Final = "waypost.tracking.saved"
_NEW: Final = "+"
_LABELS: Final = {
    "key": N_("Key"),
    "name": N_("Name that customers know"),
    "colour": N_("Colour of the mark"),
    "logo": N_("Logo"),
    "origins": N_("Sites that may embed the page, one per line"),
    "help_en": N_("Help line in English"),
    "help_zh": N_("Help line in Chinese"),
    "help_url": N_("Where the help line leads"),
    "zone": N_("Time zone of its customers"),
}
_REMEDIES: Final = {
    "key": N_("Use small letters, digits and hyphens, at most 48."),
    "name": N_("Write the name that customers know, at most 120 characters."),
    "colour": N_("Write it as #RRGGBB."),
    "logo": N_("Choose an SVG or PNG file of at most 1,500 bytes; a plain SVG is smallest."),
    "origins": N_("Write scheme, host and port only, for instance https://shop.example or http://localhost:3000."),
    "help_en": N_("Use at most 200 characters."),
    "help_zh": N_("Use at most 200 characters."),
    "help_url": N_("Write https://..., mailto:... or tel:..."),
    "zone": N_("Use an IANA name such as Asia/Shanghai, or leave it empty for the zone of the journey."),
}
_TAKEN: Final = N_("There is a merchant with this key already. Choose another key, or edit that merchant.")
_IN_USE: Final = N_("Links still name this merchant. Keep it, or take its sites away.")


def draw(who: Identity, fmt: Format) -> None:
    """The merchants on the left, the chosen one on the right."""
    t, engine = fmt.t, deps.get().waypost.engine
    held = {shop.key: shop for shop in merchants.listing(engine)}
    asked = links.value("merchant")
    chosen = asked if asked in held or asked == _NEW else next(iter(held), _NEW)
    left, right = st.columns([4, 8], gap="large")
    with left:
        if not held:
            text = t("A merchant is in whose name the page speaks: its mark, its help line, and who may embed it.")
            st.info(text, icon=":material/storefront:")
        for shop in held.values():
            _choice(shop.name, shop.key, shop.key == chosen)
        if held:
            _choice(t("New merchant"), _NEW, chosen == _NEW)
    with right:
        _form(held.get(chosen), who, fmt)


def _choice(label: str, key: str, chosen: bool) -> None:
    st.button(
        label,
        key=f"{PAGE}.merchant.{key}",
        type="primary" if chosen else "secondary",
        icon=":material/add:" if key == _NEW else ":material/storefront:",
        width="stretch",
        on_click=links.put,
        args=({"merchant": key},),
    )


def _form(held: Merchant | None, who: Identity, fmt: Format) -> None:
    t = fmt.t
    name = held.key if held else _NEW
    saved = st.session_state.pop(_SAVED, None)
    if saved:
        st.success(t("{name} is saved. Open pages follow within seconds.", name=saved), icon=":material/check:")
    with st.form(f"{PAGE}.form.{name}"):
        wanted = _fields(held or Merchant("", ""), name, fmt)
        with st.container(horizontal=True):
            save = st.form_submit_button(t("Save"), type="primary", icon=":material/save:")
            remove = held is not None and st.form_submit_button(t("Remove"), icon=":material/delete:")
    if save or remove:
        _act(held, wanted, who, fmt, remove=bool(remove))


def _fields(shop: Merchant, name: str, fmt: Format) -> dict[str, Any]:
    t = fmt.t

    def text(field: str, held: str, **more: Any) -> str:
        return str(st.text_input(_label(field, fmt), held, key=f"{PAGE}.{name}.{field}", **more) or "")

    left, right = st.columns(2)
    with left:
        title = text("name", shop.name)
    with right:
        key = text("key", shop.key, disabled=bool(shop.key), placeholder="my-shop")
    sites = st.text_area(
        _label("origins", fmt),
        "\n".join(shop.origins),
        key=f"{PAGE}.{name}.origins",
        placeholder="https://shop.example",
        help=t("Only these sites can show the page in a frame. The browser refuses all others."),
    )
    left, right = st.columns(2)
    with left:
        help_en, help_url = (
            text("help_en", shop.help_en),
            text("help_url", shop.help_url, placeholder="tel:+861012345678"),
        )
    with right:
        help_zh, zone = text("help_zh", shop.help_zh), text("zone", shop.zone, placeholder="Asia/Shanghai")
    return {
        "key": key.strip(),
        "name": title,
        "origins": tuple((sites or "").split()),
        "help_en": help_en,
        "help_zh": help_zh,
        "help_url": help_url,
        "zone": zone.strip(),
        **_mark(shop, name, fmt),
    }


def _mark(shop: Merchant, name: str, fmt: Format) -> dict[str, Any]:
    """Colour and logo."""
    t = fmt.t
    colour = st.color_picker(_label("colour", fmt), shop.colour, key=f"{PAGE}.{name}.colour")
    logo = st.file_uploader(
        _label("logo", fmt),
        ["svg", "png"],
        key=f"{PAGE}.{name}.logo",
        help=_remedy("logo", fmt),
        max_upload_size=1,
    )
    keep = not shop.logo or st.checkbox(t("Keep the logo it has"), True, key=f"{PAGE}.{name}.keep")
    upload = (logo.getvalue(), logo.name.rsplit(".", 1)[-1].lower()) if logo else None
    return {"colour": colour, "upload": upload, "logo": shop.logo if keep else ""}


def _act(held: Merchant | None, wanted: dict[str, Any], who: Identity, fmt: Format, *, remove: bool) -> None:
    engine = deps.get().waypost.engine
    try:
        if held is None and any(shop.key == wanted["key"] for shop in merchants.listing(engine)):
            st.error(fmt.t(_TAKEN), icon=":material/error:")
            return
        if held is not None and remove:
            merchants.remove(engine, held.key, now_us(), who.name)
            links.put({"merchant": None})
        else:
            shop = _save(wanted, who)
            st.session_state[_SAVED] = shop.name
            links.put({"merchant": shop.key})
    except FieldError as error:
        st.error(refusal(error, fmt, remove=remove), icon=":material/error:")
        return
    st.rerun()


def _save(wanted: dict[str, Any], who: Identity) -> Merchant:
    engine, upload = deps.get().waypost.engine, wanted.pop("upload")
    if upload:
        wanted["logo"] = merchants.logo_of(*upload)
    return merchants.save(engine, Merchant(**wanted), now_us(), who.name)


def refusal(error: FieldError, fmt: Format, *, remove: bool = False) -> str:
    """What is wrong with which field, what was typed, and the remedy."""
    t = fmt.t
    if remove:
        return t(_IN_USE)
    typed = re.search(r"'(.*)'", error.problem)
    label, remedy = _label(error.field, fmt), _remedy(error.field, fmt)
    if typed is None:
        return t("{field}: {remedy}", field=label, remedy=remedy)
    return t("{field}: “{typed}” is not accepted. {remedy}", field=label, typed=typed[1], remedy=remedy)


def _label(field: str, fmt: Format) -> str:
    return fmt.t(_LABELS.get(field, field))


def _remedy(field: str, fmt: Format) -> str:
    return fmt.t(_REMEDIES.get(field, ""))

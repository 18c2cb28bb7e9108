"""Orders: find them by any id, filter them, take them away as a file."""

import streamlit as st

from components._base import translated
from components.orders_table import TEXTS, orders_table
from waypost.access.roles import Role
from waypost.web import cache, empty, export, links, orders_filters, orders_view, session

session.require(Role.VIEWER)
fmt, view = session.reader(), cache.view()
t = fmt.t
st.title(t("Orders"), anchor=False)
if not view.n:
    empty.no_orders(t)
    st.stop()

held = orders_filters.read(view)
orders_filters.draw(held, view, fmt)
searched, behind = held.found(), held.only(view)
query, only = held.query(searched), behind[0] if behind else None
found = view.orders(query, only)
if found.total and not found.rows:  # the address names a page behind the last one
    links.put({"page": None})
    st.rerun()
for note in orders_view.search_notes(searched, fmt):
    st.info(note, icon=":material/search_off:")
if hidden := orders_view.hidden(searched, found.total, view, fmt):
    with st.container(horizontal=True, vertical_alignment="center", key="orders.hidden"):
        st.markdown(hidden, width="content")
        st.button(t("Remove the filters"), key="orders.clear", on_click=orders_filters.clear)

with st.container(horizontal=True, vertical_alignment="center", key="orders.head"):
    st.markdown(f"**{orders_view.headline(found.total, held, behind, view, fmt)}**", width="content")
    for label, change in orders_filters.active(held, view, fmt):
        key = f"orders.remove.{label}"
        st.button(label, key=key, icon=":material/close:", on_click=links.put, args=(change, ("page",)))
    st.space("stretch")
    if found.total > orders_view.STREAM_FROM and not behind:
        st.markdown(orders_view.stream_links(held, fmt), width="content")
    else:
        sheet, said = export.orders(view, query, only, fmt)
        export.offer(sheet, fmt, said=said)

rows = orders_view.rows(found.rows, view, fmt)
first = query.offset + 1
texts = translated(TEXTS, t)
turn = orders_table(rows, key="orders.table", t=texts, total=found.total, first=first, lang=fmt.lang)
if turn:
    links.put({"page": str(held.page + 1 + turn)})
    st.rerun()

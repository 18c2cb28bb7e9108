"""The way of a draft into force: ask for approval, approve or send back, publish; who may not is told why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st

from waypost.access.errors import AccessError
from waypost.access.roles import Role, allows
from waypost.access.sessions import Identity
from waypost.domain.errors import WaypostError
from waypost.i18n import N_, Translator
from waypost.store.documents import StaleVersion
from waypost.web import builder_desk, builder_try, builder_words, cache, deps, links, session
from waypost.web.builder_desk import Desk
from waypost.web.format import Format

TAB: Final = "builder.tab"
_DONE: Final = "builder.done"
_REFUSED: Final = {
    "role": N_("Your role may not do this."),
    "four_eyes": N_("You made the last change of this draft: somebody else has to approve it."),
    "closed": N_("This draft is closed. Start a new one of this board."),
    "changed": N_("Somebody else was quicker. Look at it again."),
    "not_in_review": N_("Nobody has asked for approval yet."),
    "not_approved": N_("Nobody has approved this draft. Ask for approval first."),
}


def show(tab: str) -> None:
    """Open a part of the drawer."""
    st.session_state[TAB] = tab


def next_step(desk: Desk, who: Identity, wrong: int, fmt: Format) -> None:
    """The next step of this draft for this person."""
    t, status = fmt.t, desk.draft.status
    if status == "published":
        _published(desk, who, fmt)
        return
    blocked = ""
    if wrong:
        blocked = t.plural("{n} problem has to be mended first.", "{n} problems have to be mended first.", wrong)
    may_publish = status == "approved" or (status == "draft" and builder_desk.boards().may_alone(who.role))
    if status == "review" and allows(who.role, Role.APPROVER):
        _review(desk, who, blocked, fmt)
    elif may_publish and allows(who.role, Role.PUBLISHER):
        _ask(desk, who, "publish", blocked, fmt)
    elif status == "approved":
        _refused("publish", t("Publish"), t("A configurator who may publish has to do it."))
    elif status == "review":
        _refused("approve", t("Approve"), t("It waits for an approver."))
    elif status == "draft" and allows(who.role, Role.EDITOR):
        _ask(desk, who, "submit", blocked, fmt)
    elif status == "draft":
        _refused("submit", t("Ask for approval"), t("Your role may look, but not change."))


def _refused(step: str, label: str, why: str) -> None:
    """A step that this person cannot take now, and why."""
    st.button(label, disabled=True, key=f"builder.{step}.no", help=why)


def _published(desk: Desk, who: Identity, fmt: Format) -> None:
    """To the board that is in force now, and to the next draft of it."""
    query = {"id": desk.draft.board_id, **session.link_language()}
    label = fmt.t("Open the board")
    st.page_link(links.path("board"), label=label, icon=":material/space_dashboard:", query_params=query)
    if allows(who.role, Role.EDITOR):
        st.button(
            fmt.t("Change it"), type="primary", icon=":material/edit:", key="builder.again", on_click=_again,
            args=(desk, who),
        )  # fmt: skip


def _words(step: str, t: Translator) -> tuple[str, str, str]:
    """Label, what it does, icon."""
    return {
        "publish": (
            t("Publish"),
            t("Open pages follow it within seconds; you can roll back at any time."),
            "rocket_launch",
        ),
        "submit": (t("Ask for approval"), t("An approver looks at it; you can still change it."), "send"),
        "approve": (t("Approve"), t("After this it can be published."), "verified"),
        "reject": (t("Send back"), t("Say what has to be changed."), "undo"),
    }[step]


def _ask(desk: Desk, who: Identity, step: str, blocked: str, fmt: Format, *, primary: bool = True) -> None:
    """A button that opens a small form: a comment, and the step itself."""
    t = fmt.t
    label, about, icon = _words(step, t)
    if blocked:
        st.button(label, icon=f":material/{icon}:", disabled=True, key=f"builder.{step}.no", help=blocked)
        return
    kind: Any = "primary" if primary else "secondary"
    key = f"builder.{step}.open"
    with st.popover(label, icon=f":material/{icon}:", type=kind, key=key, on_change="rerun") as opened:
        st.markdown(about)
        if opened.open and step in ("publish", "submit", "approve"):
            _effect(desk, fmt)
        st.text_input(
            t("Comment"), max_chars=2000, key=f"builder.{step}.comment", placeholder=t("What is new, in a sentence")
        )
        name = t("Publish version {n}", n=desk.draft.base_version + 1) if step == "publish" else label
        st.button(
            name, type="primary", icon=f":material/{icon}:", key=f"builder.{step}", on_click=take,
            args=(desk, who, step),
        )  # fmt: skip


def _effect(desk: Desk, fmt: Format) -> None:
    """What it does to real orders, before somebody decides."""
    try:
        found = builder_try.tried(desk, *builder_try.DEFAULT)
    except WaypostError:
        return  # what is wrong is said in the list of problems
    moved, n = fmt.count(found.moved), fmt.count(found.n)
    st.markdown(fmt.t("Of {n} orders of the last 30 days, {moved} would stand elsewhere.", n=n, moved=moved))
    builder_try.others(found, fmt)
    if any(other.loses for other in found.others):
        st.button(
            fmt.t("Say which orders it takes"), type="tertiary", icon=":material/filter_alt:",
            key="builder.restrict", on_click=_to_the_board, args=(desk,),
        )  # fmt: skip


def _to_the_board(desk: Desk) -> None:
    """Open the settings of the whole board."""
    desk.selected = ""


def _review(desk: Desk, who: Identity, blocked: str, fmt: Format) -> None:
    own = desk.draft.updated_by == who.name
    refusal = _REFUSED["four_eyes"]
    why = fmt.t(refusal) if own else blocked
    _ask(desk, who, "approve", why, fmt)
    _ask(desk, who, "reject", "", fmt, primary=False)


def take(desk: Desk, who: Identity, step: str) -> None:
    """Do a step; what is refused is told."""
    us, draft = builder_desk.boards(), desk.draft
    comment = str(st.session_state.get(f"builder.{step}.comment") or "")
    steps: dict[str, Callable[[], Any]] = {
        "publish": lambda: us.publish(draft.id, who.name, who.role, comment),
        "submit": lambda: us.submit(draft.id, who.name, who.role, comment),
        "approve": lambda: us.approve(draft.id, who.name, who.role, comment, draft.rev),
        "reject": lambda: us.reject(draft.id, who.name, who.role, comment),
        "catch_up": lambda: us.catch_up(draft.id, who.name),
    }
    desk.refused = ""
    try:
        found = steps[step]()
    except StaleVersion:
        desk.stale = True
    except WaypostError as error:
        desk.refused = said(error)
    else:
        desk.stale = False
        desk.conflicts += list(getattr(found, "conflicts", ()))
        st.session_state[_DONE] = step
    builder_desk.refresh(desk)


def said(error: WaypostError) -> str:
    """Why a step was refused, in the reader's language where it is known."""
    code = getattr(error, "code", "")
    t = session.reader().t
    return t(_REFUSED[code]) if isinstance(error, AccessError) and code in _REFUSED else str(error)


def _again(desk: Desk, who: Identity) -> None:
    """A new draft of the board that was published."""
    draft = builder_desk.boards().start(who.name, board_id=desk.draft.board_id)
    builder_desk.forget()
    links.put({"draft": draft.id}, forget=("block", "board"))


def told(desk: Desk, who: Identity, fmt: Format) -> None:
    """What was just done, or why not; and that somebody published meanwhile."""
    t, done = fmt.t, st.session_state.pop(_DONE, None)
    words = {
        "publish": t("Version {n} is in force. Open pages show it within seconds.", n=desk.draft.version or ""),
        "submit": t("An approver has to look at it now."),
        "approve": t("It is approved and can be published."),
        "reject": t("It was sent back."),
        "catch_up": t("What was published meanwhile is in this draft now."),
    }
    if done in words:
        st.success(words[done], icon=":material/check:")
    elif desk.draft.open:
        _last_word(desk, fmt)
    if desk.refused:
        st.error(desk.refused, icon=":material/error:")
        desk.refused = ""
    if desk.stale or (desk.draft.open and builder_desk.boards().stale(desk.draft)):
        with st.container(border=True, horizontal=True, vertical_alignment="center", key="builder-stale"):
            st.markdown(t("Another version of this board was published meanwhile."), width="stretch")
            st.button(
                t("Bring it into this draft"), key="builder.catch_up", on_click=take, args=(desk, who, "catch_up")
            )
    if desk.unsaved is not None:
        _rescue(desk, who, fmt)


# What was done to a draft last, while it is in the state that this led to.
_LAST: Final = {
    ("rejected", "draft"): ("undo", N_("{name} sent it back {when}.")),
    ("submitted", "review"): ("send", N_("{name} asked for approval {when}.")),
    ("approved", "approved"): ("verified", N_("{name} approved it {when}.")),
    ("voided", "draft"): ("edit", N_("{name} changed it {when}, after it was approved.")),
}


def _last_word(desk: Desk, fmt: Format) -> None:
    """Who handed the draft on, and what they said to it: the next one begins with that."""
    steps = [each for each in builder_desk.boards().comments(desk.draft.id) if each.kind != "comment"]
    icon, text = _LAST.get((steps[-1].kind, desk.draft.status), ("", "")) if steps else ("", "")
    if not text:
        return
    last = steps[-1]
    name = builder_words.safe(cache.person(last.by))
    line = fmt.t(text, name=f"**{name}**", when=fmt.ago(last.at, deps.get().waypost.now()))
    words = builder_words.safe(last.body)
    st.info(f"{line} {words}".strip(), icon=f":material/{icon}:")


def _rescue(desk: Desk, who: Identity, fmt: Format) -> None:
    t, board = fmt.t, desk.unsaved
    with st.container(border=True, horizontal=True, vertical_alignment="center", key="builder-unsaved"):
        st.markdown(t("This draft is closed, so your last change is not in it."), width="stretch")
        if board is not None and st.button(t("Start a new draft with it"), key="builder.rescue"):
            draft = builder_desk.boards().start(who.name, body=board.as_json())
            builder_desk.forget()
            links.go("builder", {"draft": draft.id})

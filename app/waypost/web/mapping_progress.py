"""How far reading history again has come; it goes on whether or not somebody looks."""

from __future__ import annotations

import streamlit as st

from waypost.domain.errors import NotFound
from waypost.services.mappings import replay
from waypost.services.mappings.replay import Job
from waypost.web import deps, links, mapping_draft, session
from waypost.web.format import Format


def progress(source: str, fmt: Format, may: bool) -> None:
    """The job that the address names, or one of this source that is not done."""
    job = _job(source)
    if job is None:
        return
    if job.status == "running":
        _running(job.id)
    elif job.status == "failed":
        _failed(job, fmt, may)
    else:
        _done(job, fmt)


def _job(source: str) -> Job | None:
    engine, asked = deps.get().waypost.engine, links.value("job")
    if asked and asked.isascii() and asked.isdigit() and len(asked) < 18:
        try:
            named = replay.job_of(engine, int(asked))
        except NotFound:
            named = None
        if named is not None and named.source == source:
            return named
    newest = replay.jobs(engine, source, 1)
    return newest[0] if newest and newest[0].status != "done" else None


@st.fragment(run_every=1)
def _running(job_id: int) -> None:
    fmt, job = session.reader(), replay.job_of(deps.get().waypost.engine, job_id)
    if job.status != "running":
        mapping_draft.refresh(job.source)
        st.rerun()
    t, deps_ = fmt.t, deps.get()
    deps_.waypost.replays.kick()  # after a restart whoever looks sets it going again
    text = t(
        "Version {version}: {reached} of {upto} events read again, {changed} changed",
        version=job.version,
        reached=fmt.count(job.reached),
        upto=fmt.count(job.upto),
        changed=fmt.count(job.changed),
    )
    st.progress(job.reached / job.upto if job.upto else 1.0, text=text)


def _failed(job: Job, fmt: Format, may: bool) -> None:
    t = fmt.t
    what = t("Reading history again stopped at event {n}.", n=fmt.count(job.reached))
    st.error(f"{what} {job.problem or ''}", icon=":material/error:")
    if may and st.button(t("Try again"), icon=":material/replay:", key=f"mappings.again.{job.id}"):
        waypost = deps.get().waypost
        made = replay.again(waypost.engine, job.source, waypost.now())
        waypost.replays.kick()
        links.put({"job": str(made)})
        st.rerun()


def _done(job: Job, fmt: Format) -> None:
    t = fmt.t
    changed = t.plural("{n} event changed", "{n} events changed", job.changed, n=fmt.count(job.changed))
    with st.container(horizontal=True, vertical_alignment="center", key="mappings.done"):
        text = t("Version {version} is in force; {changed}.", version=job.version, changed=changed)
        st.success(text, icon=":material/check:")
        st.button(t("Close"), key="mappings.done.close", on_click=links.put, args=({"job": None},))

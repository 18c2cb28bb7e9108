"""The vocabulary as a page of the documentation.

`python -m waypost.domain.vocabulary_docs > docs/vocabulary.md` writes it again after a change of the data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from waypost.domain.vocabulary import Event, Milestone, Vocabulary, load

_INTRO = """\
# Vocabulary 词汇表

Generated from `app/waypost/domain/vocabulary.toml`; do not edit it here. 本页由数据文件生成，请勿直接修改。

Every partner's words are translated into these codes. An event code is `<phase>.<name>`. A code with a
milestone fills that slot of the journey; one without is a detail of its phase. A word that nobody has
mapped yet is kept as it came and waits in the mapping queue; it is never guessed.

各合作方的状态词统一翻译成下列编码，事件编码的格式为“环节.名称”。
带里程碑的事件会点亮旅程中对应的节点，不带里程碑的是该环节的过程明细。
尚未映射的原始状态词原样保留，进入待映射队列，系统不做猜测。
"""

_COUNTS = "{events} event codes, {milestones} milestones, {reasons} reason codes."


def render_markdown(vocabulary: Vocabulary | None = None) -> str:
    """The whole page as Markdown, ending with a newline."""
    words = vocabulary or load()
    counts = _COUNTS.format(events=len(words.events), milestones=len(words.milestones), reasons=len(words.reasons))
    sections = [_INTRO + "\n" + counts, _milestones(words), *_phases(words), _reasons(words), _terms(words)]
    return "\n\n".join(sections) + "\n"


def _milestones(words: Vocabulary) -> str:
    note = (
        "Slots 48 to 63 are free for a company's own milestones. 48 至 63 号留给企业自定义里程碑。\n\n"
        "*Order* says how an order's milestone follows from its parcels: with the first parcel, or only "
        "when all are there. *Ends* marks milestones after which nothing more is expected."
    )
    head = ("Slot", "Milestone", "Phase", "English", "中文", "To the customer", "对客文案", "Order", "Ends")
    return f"## Milestones 里程碑\n\n{note}\n\n{_table(head, map(_milestone_row, words.milestones))}"


def _milestone_row(milestone: Milestone) -> tuple[str, ...]:
    labels = (milestone.en, milestone.zh, milestone.customer_en, milestone.customer_zh)
    ends = "yes" if milestone.terminal else ""
    return (str(milestone.slot), f"`{milestone.id}`", milestone.phase, *labels, milestone.rollup, ends)


def _phases(words: Vocabulary) -> Iterator[str]:
    head = ("Code", "English", "中文", "Milestone", "May recur", "EPCIS bizStep", "EPCIS disposition")
    yield f"## Events 事件\n\nEPCIS words are those of the GS1 Core Business Vocabulary {words.cbv.version}."
    for phase in words.phases:
        rows = [_event_row(event) for event in words.events if event.phase == phase.id]
        yield f"### {phase.en} {phase.zh}\n\n{_table(head, rows)}"


def _event_row(event: Event) -> tuple[str, ...]:
    milestone = f"`{event.milestone}`" if event.milestone else ""
    epcis = (event.bizstep or "", event.disposition or "")
    return (f"`{event.code}`", event.en, event.zh, milestone, event.repeats or "", *epcis)


def _reasons(words: Vocabulary) -> str:
    parts = ["## Reasons 原因"]
    for family in words.reason_families:
        rows = [(f"`{r.id}`", r.en, r.zh) for r in words.reasons if r.family == family.id]
        parts.append(f"### {family.en} {family.zh}\n\n{_table(('Code', 'English', '中文'), rows)}")
    return "\n\n".join(parts)


def _terms(words: Vocabulary) -> str:
    head = ("Code", "English", "中文", "Transport", "Main carriage borne by")
    incoterms = [(f"`{t.code}`", t.en, t.zh, t.transport, t.main_carriage) for t in words.incoterms]
    delivery = [(f"`{t.code}`", t.en, t.zh) for t in words.delivery_terms]
    return "\n\n".join(
        (
            "## Incoterms 2020 国际贸易术语",
            _table(head, incoterms),
            "## Delivery terms 配送方式",
            _table(("Code", "English", "中文"), delivery),
        )
    )


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(render_markdown(), end="")

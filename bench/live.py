"""Many live tabs on one console, run as a process of its own: `python -m bench.live PLAN` with a plan as JSON.

Each tab opens the page and then does what its timers say, until the time is over. Cookies are those of people
who signed in; tabs share them in turn. The report is printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import resource
import sys
import time
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import uvloop

from bench.tab import Tab

LANGUAGES = ("en-GB", "zh-CN")


class Plan(NamedTuple):
    """What to do: `tabs` on a page for `seconds` after all of them are open, of which the first `warm` do not count.

    They open one after the other over `spread` seconds, so that their timers do not tick together.
    """

    port: int
    cookies: list[str]
    tabs: int
    seconds: float
    warm: float = 10.0
    spread: float = 10.0
    page: str = ""
    query: str = ""


async def drive(plan: Plan) -> dict[str, Any]:
    """Open the tabs, keep them for the time, and report."""
    async with AsyncExitStack() as open_:
        makers = (_open(open_, plan, number) for number in range(plan.tabs))
        tabs, opened = zip(*await asyncio.gather(*makers), strict=True)
        cpu, start = _cpu(), time.perf_counter()
        await asyncio.sleep(plan.seconds)
        share = (_cpu() - cpu) / (time.perf_counter() - start)
        broken = [tab.broken for tab in tabs if tab.broken]
    return {**_report(plan, tabs, start + plan.warm), **_opened(opened), "cpu_share": round(share, 3), "broken": broken}


async def _open(open_: AsyncExitStack, plan: Plan, number: int) -> tuple[Tab, float]:
    await asyncio.sleep(plan.spread * number / plan.tabs)
    cookie = plan.cookies[number % len(plan.cookies)]
    tab = await open_.enter_async_context(Tab(plan.port, cookie, LANGUAGES[number % 4 == 3]))
    return tab, await tab.open(plan.page, plan.query)


def _report(plan: Plan, tabs: tuple[Tab, ...], since: float) -> dict[str, Any]:
    counted = [rerun for tab in tabs for rerun in tab.reruns if rerun.sent >= since]
    waits, late = (sorted(column) for column in ([r.took for r in counted], [r.late for r in counted]))
    counts = {name: sum(tab.counts[name] for tab in tabs) for name in ("asked", "merged", "exceptions", "bytes")}
    reruns = sum(len(tab.reruns) for tab in tabs)
    return {
        "tabs": len(tabs),
        "reruns": len(counted),
        "per_second": round(len(counted) / max(plan.seconds - plan.warm, 1e-9), 1),
        **{f"p{at}_ms": _ms(waits, at) for at in (50, 95, 99, 100)},
        "timer_late_p95_ms": _ms(late, 95),
        "silent_tabs": sum(not tab.reruns for tab in tabs),
        "merged": counts["merged"],
        "exceptions": counts["exceptions"],
        "kb_per_rerun": round(counts["bytes"] / max(reruns, 1) / 1000, 1),
    }


def _opened(took: tuple[float, ...]) -> dict[str, float]:
    return {f"opened_p{at}_ms": _ms(sorted(took), at) for at in (50, 95)}


def _ms(ordered: list[float], at: int) -> float:
    """The percentile of an ordered list of seconds, in ms; -1 of none."""
    return round(ordered[min(len(ordered) - 1, len(ordered) * at // 100)] * 1000, 1) if ordered else -1.0


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def main() -> None:
    """Read the plan, drive the console, print the report as JSON."""
    plan = Plan(**json.loads(sys.argv[1]))
    print(json.dumps(uvloop.run(drive(plan))))


if __name__ == "__main__":
    main()

"""`python -m bench.results`: run all suites and write bench/RESULTS.md, or write it from what was run before."""

from __future__ import annotations

import argparse
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.run import SUITES, run_suite

RESULTS = Path(__file__).with_name("RESULTS.md")
_HEAD = ("name", "candidate ms", "reference", "reference ms", "ratio (min .. max)", "better", "gate", "target", "held")


def page(found: list[dict[str, Any]], when: datetime) -> str:
    """The results of suites as Markdown."""
    versions = ", ".join(f"{name} {number}" for name, number in found[0]["versions"].items())
    rounds = ", ".join(str(n) for n in sorted({suite["rounds"] for suite in found}, reverse=True))
    lines = [
        "# Results",
        "",
        "Written by `make bench`; what the columns mean is in [README.md](README.md).",
        "",
        f"- {when:%Y-%m-%d %H:%M} UTC, {rounds} rounds",
        f"- {platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} CPUs, {_memory()}",
        f"- {versions}",
    ]
    for suite in found:
        unit = "open orders" if suite["suite"] == "pages" else "events"
        title = f"## {suite['suite']}, {suite['size']:,} {unit}, {suite['rounds']} rounds"
        lines += ["", title, "", *_table(suite["gates"], suite["targets"])]
        lines += ["", "Beside them:", "", *_table(suite["beside"], {})] if suite["beside"] else []
        lines += [f"\nLeft out: {name}: {reason}." for name, reason in suite["skipped"].items()]
        lines += ["", f"Facts: `{json.dumps(suite['facts'])}`", "", f"Noise: `{json.dumps(suite['noise'])}`"]
    return "\n".join(lines) + "\n"


def _table(gates: list[dict[str, Any]], targets: dict[str, float]) -> list[str]:
    rows = [
        (
            g["name"],
            f"{g['candidate_ms']:,.1f}",
            g["reference"],
            f"{g['reference_ms']:,.1f}",
            f"{g['ratio']:.2f} ({g['ratio_min']:.2f} .. {g['ratio_max']:.2f})",
            g["better"],
            "" if g["gate"] is None else f"{g['gate']:g}",
            f"{targets[g['name']]:g}" if g["name"] in targets else "",
            "" if g["gate"] is None else "yes" if g["ok"] else "NO",
        )
        for g in gates
    ]
    return [f"| {' | '.join(row)} |" for row in (_HEAD, ["---"] * len(_HEAD), *rows)]


def _memory() -> str:
    return f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB"


def main() -> None:
    """Read the arguments, run, write."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--size", default="1m")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--made", type=Path, nargs="*", help="what `waypost bench SUITE --json` printed, instead")
    given = parser.parse_args()
    if given.made:
        found = [json.loads(path.read_text("utf-8")) for path in given.made]
    else:
        found = [run_suite(suite, given.size, given.rounds) for suite in SUITES]
    RESULTS.write_text(page(found, datetime.now(UTC)), "utf-8")
    print(RESULTS.read_text("utf-8"))


if __name__ == "__main__":
    main()

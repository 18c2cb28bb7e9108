"""The servers that the suites ingest and track measure, each a process of its own on loopback.

`edge` is the product's role edge. `single` is the same with one commit per request instead of
group commit. `null` answers a POST once it has parsed the body, and keeps nothing. `page` answers
every page with the same bytes, those of the file it is given.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

HOST = "127.0.0.1"
START_S, STOP_S = 60, 30
ROOT = Path(__file__).resolve().parents[1]


class Server:
    """A server process, started at once and stopped at the end of the block."""

    def __init__(self, kind: str, db: str, key: str) -> None:
        self.kind, self.port, self.key = kind, free_port(), key
        command = [sys.executable, "-m", "bench.servers", kind, str(self.port), db]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != "ready":
            self._process.kill()
            raise RuntimeError(f"the {kind} server did not start")

    def load(self, bodies: list[bytes], clients: int, seconds: float) -> dict[str, Any]:
        """Send bodies from another process; its report. Errors: RuntimeError when any was not answered with 200."""
        with tempfile.NamedTemporaryFile(suffix=".jsonl") as file:
            file.write(b"\n".join(bodies))
            file.flush()
            arguments = [str(self.port), self.key, str(clients), str(seconds), file.name]
            command = [sys.executable, "-m", "bench.load", *arguments]
            done = subprocess.run(
                command, stdout=subprocess.PIPE, text=True, cwd=ROOT, timeout=seconds + START_S, check=True
            )
        found: dict[str, Any] = json.loads(done.stdout)
        if found["statuses"] != {"200": len(bodies)}:
            raise RuntimeError(f"{len(bodies)} bodies were sent, but the answers were {found['statuses']}")
        return found

    def cpu_s(self) -> float | None:
        """Seconds of processor time that the server's processes have used; None where the system does not tell."""
        try:
            ticks = sum(_ticks(pid) for pid in self.processes())
        except OSError:
            return None
        return ticks / os.sysconf("SC_CLK_TCK")

    def processes(self) -> list[int]:
        """The server's process and those that it started."""
        own = self._process.pid
        found = Path(f"/proc/{own}/task").glob("*/children")
        return [own, *(int(pid) for each in found for pid in each.read_text().split())]

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        try:
            self._process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return int(fields[11]) + int(fields[12])


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def serve_edge(port: int, db: str, one_by_one: bool) -> None:
    """Serve as `waypost serve --role edge` does, until SIGTERM."""
    from waypost.services.app import Waypost
    from waypost.services.settings import Settings
    from waypost.store import writer
    from waypost.web import start

    if one_by_one:
        writer.GROUP = 1
    settings = Settings(db=db, host=HOST, port=port, role="edge", storing="inside" if one_by_one else "beside")
    start.run(settings, Waypost.open(db), lambda: print("ready", flush=True))


def serve_null(port: int) -> None:
    """Serve a handler that parses the JSON of a POST and says how many items it held."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import JSONResponse, Response
    from starlette.routing import Route

    async def parse(request: Request) -> Response:
        return JSONResponse({"n": len(await request.json())})

    _serve(port, Starlette(routes=[Route("/api/v1/events", parse, methods=["POST"])]))


def serve_page(port: int, path: str) -> None:
    """Serve one constant page at every token's address."""
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.responses import HTMLResponse, Response
    from starlette.routing import Route

    page = Path(path).read_bytes()

    async def show(request: Request) -> Response:
        return HTMLResponse(page)

    _serve(port, Starlette(routes=[Route("/t/{token}", show)]))


def _serve(port: int, app: Any) -> None:
    import uvicorn

    async def say_ready() -> None:
        print("ready", flush=True)

    config = uvicorn.Config(app, host=HOST, port=port, access_log=False, log_level="warning", server_header=False)
    server = uvicorn.Server(config)
    started = server.startup

    async def startup(*args: Any, **kwargs: Any) -> None:
        await started(*args, **kwargs)
        await say_ready()

    server.startup = startup  # type: ignore[method-assign]
    server.run()


def main() -> None:
    """`python -m bench.servers KIND PORT DB`."""
    kind, port, db = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    if kind == "null":
        serve_null(port)
    elif kind == "page":
        serve_page(port, db)
    else:
        serve_edge(port, db, one_by_one=kind == "single")


if __name__ == "__main__":
    main()

"""A tab of a browser on the console, without the browser: the same messages over a real WebSocket.

It opens a page as Streamlit's own front end does, remembers which large messages it holds, and lets the timers
that a page asks for (`st.fragment(run_every=...)`) send their reruns. What a browser would draw it only counts.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

HOST = "127.0.0.1"
PATIENCE_S = 60.0
NO_TOKEN = "PLACEHOLDER_AUTH_TOKEN"  # what the front end offers when no cookie of Streamlit's is there
_DONE, _EARLY, _PART = ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_EARLY_FOR_RERUN, 3
_KEPT_RUNS = 2  # after so many runs without use the front end lets go of a message (global.maxCachedMessageAge)


class Rerun(NamedTuple):
    """A rerun that a timer asked for: when it was sent, how long its end took, how late the timer was; seconds."""

    sent: float
    took: float
    late: float


class Tab:
    """One tab, signed in by its cookie; `lang` is the browser's."""

    def __init__(self, port: int, cookie: str, lang: str = "en-GB", zone: str = "Asia/Shanghai") -> None:
        self.reruns: list[Rerun] = []
        self.counts: Counter[str] = Counter()  # messages, bytes, asked, merged, exceptions
        self.broken = ""
        self.heard: Callable[[bytes], None] | None = None
        self._port, self._cookie, self._lang, self._zone = port, cookie, lang, zone
        self._held: dict[str, int] = {}
        self._runs = 0
        self._timers: dict[str, asyncio.Task[None]] = {}
        self._asked: list[tuple[float, float]] = []
        self._finished: asyncio.Future[None] | None = None
        self._address = ("", "")
        self._hash = ""

    async def __aenter__(self) -> Tab:
        self._socket: ClientConnection = await connect(
            f"ws://{HOST}:{self._port}/_stcore/stream",
            subprotocols=[Subprotocol("streamlit"), Subprotocol(NO_TOKEN)],
            origin=f"http://{HOST}:{self._port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": self._cookie, "Accept-Language": self._lang},
            max_size=None,
            open_timeout=PATIENCE_S,
        )
        self._reader = asyncio.create_task(self._read())
        return self

    async def __aexit__(self, *_: object) -> None:
        self.rest()
        await self._socket.close()
        await self._reader

    async def open(self, page: str, query: str = "") -> float:
        """Open an address of the console, such as ("orders", "q=B1"); seconds until the page is complete."""
        self.rest()
        self._address, self._hash, self._asked = (page, query), "", []
        return await self._run()

    async def again(self) -> float:
        """Run the page that is open once more, as after a click; seconds until it is complete."""
        return await self._run()

    def rest(self) -> None:
        """Stop all timers."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    async def _run(self) -> float:
        self._finished = asyncio.get_running_loop().create_future()
        start = time.perf_counter()
        await self._send("")
        async with asyncio.timeout(PATIENCE_S):
            await self._finished
        return time.perf_counter() - start

    async def _send(self, fragment: str) -> None:
        page, query = self._address
        asked = BackMsg()
        script = asked.rerun_script
        script.query_string, script.page_name, script.page_script_hash = query, page, self._hash
        script.fragment_id, script.is_auto_rerun = fragment, bool(fragment)
        script.cached_message_hashes.extend(self._held)
        script.widget_states.SetInParent()
        about = script.context_info
        about.timezone, about.locale, about.color_scheme = self._zone, self._lang, "light"
        about.url = f"http://{HOST}:{self._port}/{page}"
        await self._socket.send(asked.SerializeToString())

    async def _read(self) -> None:
        try:
            async for data in self._socket:
                if isinstance(data, bytes):
                    self._take(data)
        except ConnectionClosed:
            pass
        close = self._socket.close_code
        self.broken = "" if close in (None, 1000) else f"closed with {close} {self._socket.close_reason}"
        if self._finished is not None and not self._finished.done():
            self._finished.set_exception(ConnectionError(self.broken or "the console closed the tab"))

    def _take(self, data: bytes) -> None:
        message = ForwardMsg.FromString(data)
        self.counts["messages"] += 1
        self.counts["bytes"] += len(data)
        if self.heard is not None:
            self.heard(data)
        kind = message.WhichOneof("type")
        if message.metadata.cacheable:
            self._held[message.hash] = self._runs
        if kind == "ref_hash":
            self._held[message.ref_hash] = self._runs
        elif kind == "auto_rerun":
            self._start(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop(message.stop_auto_rerun.fragment_ids)
        elif kind == "new_session":
            self._hash = message.new_session.page_script_hash
        elif kind == "script_finished":
            self._end(message.script_finished)
        elif kind == "delta" and message.delta.new_element.WhichOneof("type") == "exception":
            self.counts["exceptions"] += 1

    def _end(self, how: int) -> None:
        now = time.perf_counter()
        if how == _PART and self._asked:
            sent, late = self._asked[0]
            self.reruns.append(Rerun(sent, now - sent, late))
            self.counts["merged"] += len(self._asked) - 1  # ticks that came while the last one was under way
            self._asked.clear()
        elif how == _DONE:
            self._runs += 1
            self._held = {key: run for key, run in self._held.items() if self._runs - run <= _KEPT_RUNS}
        if how not in (_EARLY, _PART) and self._finished is not None and not self._finished.done():
            self._finished.set_result(None)

    def _start(self, fragment: str, interval: float) -> None:
        if fragment not in self._timers:
            self._timers[fragment] = asyncio.create_task(self._tick(fragment, interval))

    def _stop(self, fragments: object) -> None:
        for fragment in set(fragments) & self._timers.keys():  # type: ignore[call-overload]
            self._timers.pop(fragment).cancel()

    async def _tick(self, fragment: str, interval: float) -> None:
        due = time.perf_counter()
        while True:
            due += interval
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            now = time.perf_counter()
            self._asked.append((now, now - due))
            self.counts["asked"] += 1
            await self._send(fragment)

"""HTTP to partners: a Transport that keeps to a budget. The only module that knows the HTTP client.

Timeouts, a limit on the size of answers, redirects only within the partner's own host, retries with
back-off for calls that change nothing, and errors in the words of `waypost.connect.errors`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING

from waypost.connect.addresses import check_address, redirected, shown
from waypost.connect.contract import Answer, Call
from waypost.connect.errors import (
    CannotConnect,
    ConnectorError,
    NotUnderstood,
    Retriable,
    TimedOut,
    TooLarge,
    Untrusted,
)  # fmt: skip
from waypost.connect.pace import Pace
from waypost.connect.refusals import check_status

if TYPE_CHECKING:
    import httpx2

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
USER_AGENT = "Waypost"


@dataclass(frozen=True)
class Budget:
    """What calling one source may cost; seconds and bytes.

    `rate` and `burst` are calls a second and at once, `total` the longest that one answer may take, `attempts`
    how often a safe call is made, `patience` how long it is retried before the caller hears of it.
    """

    rate: float = 4.0
    burst: int = 8
    connect: float = 5.0
    read: float = 20.0
    total: float = 60.0
    answer_bytes: int = 16 * 1024 * 1024
    redirects: int = 3
    attempts: int = 4
    patience: float = 30.0


@dataclass
class Usage:
    """What one source has cost so far: calls made, retries among them, seconds waited for the budget, bytes read."""

    calls: int = 0
    retries: int = 0
    waited: float = 0.0
    read: int = 0


@dataclass
class Http:
    """The Transport of one source: call it with a Call; safe for several threads; `close` it, or use `with`.

    Errors: ConnectorError with its stable `code`, for every answer of status 400 and above too.
    """

    budget: Budget = field(default_factory=Budget)
    pace: Pace | None = None
    usage: Usage = field(default_factory=Usage)
    _client: httpx2.Client | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        self.pace = self.pace or Pace(self.budget.rate, self.budget.burst)

    def __call__(self, call: Call) -> Answer:
        """Make the call within the budget, and again if it is safe and the trouble passes."""
        if not (call.safe or call.method.upper() in SAFE):
            return self._follow(call)
        from stamina import instrumentation, retry_context

        # Every attempt would be a line in the log; whoever schedules a source says once that it is down.
        instrumentation.set_on_retry_hooks([])
        attempts, patience = self.budget.attempts, self.budget.patience
        for attempt in retry_context(self._again, attempts=attempts, timeout=patience, wait_max=10.0):
            with attempt:
                self.usage.retries += attempt.num > 1
                return self._follow(call)
        raise AssertionError("a retry context always ends by an answer or an error")

    def __enter__(self) -> Http:
        return self

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; a later call opens new ones."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def _again(self, error: Exception) -> bool | float:
        """Whether to call again, or after how many seconds; a wait beyond our patience is the caller's to plan."""
        if not isinstance(error, Retriable) or isinstance(error, NotUnderstood):
            return False
        if error.retry_after is None:
            return True
        return error.retry_after if error.retry_after <= self.budget.patience else False

    def _follow(self, call: Call) -> Answer:
        for _ in range(self.budget.redirects + 1):
            answer = self._once(call)
            target = redirected(call, answer)
            if target is None:
                check_status(answer, call.url)
                return answer
            call = call._replace(url=target)
        raise NotUnderstood(f"{shown(call.url)} redirects more than {self.budget.redirects} times.")

    def _once(self, call: Call) -> Answer:
        check_address(call.url)
        assert self.pace is not None
        self.usage.waited += self.pace.take()
        self.usage.calls += 1
        headers = {"User-Agent": USER_AGENT, "Accept": "application/json", **call.headers}
        with _translated(call.url):
            client = self._open()
            client.cookies.clear()  # a login that lives in cookies is the connector's to carry
            with client.stream(call.method, call.url, headers=headers, content=call.body or None) as response:
                body = self._read(response, call.url)
                return Answer(response.status_code, _headers(response.headers), body)

    def _read(self, response: httpx2.Response, url: str) -> bytes:
        limit, end = self.budget.answer_bytes, time.monotonic() + self.budget.total
        parts, size = [], 0
        for part in response.iter_bytes():
            size += len(part)
            if size > limit:
                raise TooLarge(f"The answer of {shown(url)} is larger than {limit // 1024} KiB.")
            if time.monotonic() > end:
                raise TimedOut(f"The answer of {shown(url)} took longer than {self.budget.total:g} s.")
            parts.append(part)
        self.usage.read += size
        return b"".join(parts)

    def _open(self) -> httpx2.Client:
        import httpx2

        if self._client is None:
            timeout = httpx2.Timeout(self.budget.read, connect=self.budget.connect)
            self._client = httpx2.Client(timeout=timeout, follow_redirects=False)
        return self._client


def open_transport(budget: Budget | None = None) -> Http:
    """The Transport of one source; keep it for as long as the source is in use, so that its budget holds."""
    return Http(budget or Budget())


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


@contextmanager
def _translated(url: str) -> Iterator[None]:
    """The client's errors in our words."""
    import httpx2

    try:
        yield
    except httpx2.TimeoutException:
        raise TimedOut(f"{shown(url)} did not answer in time.") from None
    except httpx2.ConnectError as error:
        raise _connecting(error, url) from None
    except (httpx2.NetworkError, httpx2.RemoteProtocolError, httpx2.ProxyError):
        raise CannotConnect(f"{shown(url)} broke the connection off.") from None
    except (httpx2.RequestError, httpx2.InvalidURL) as error:
        raise NotUnderstood(f"{shown(url)} cannot be called or read: {type(error).__name__}.") from None


def _connecting(error: Exception, url: str) -> ConnectorError:
    told = str(error)
    if "CERTIFICATE" in told.upper() or "SSL" in told.upper():
        return Untrusted(f"{shown(url)} cannot prove who it is: {told[:160]}.")
    return CannotConnect(f"{shown(url)} cannot be reached: {told[:160]}.")

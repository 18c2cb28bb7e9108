"""What the gate and the login pages share: one object per process, made where the server starts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy.engine import Engine
from starlette.types import Scope

from waypost.access.keys import ApiKey, KeyRing
from waypost.access.limiter import LoginLimiter
from waypost.access.sessions import Identity, SessionCache, SessionPolicy
from waypost.api.peer import Peer, Proxies
from waypost.domain.instants import now_us

_CALLER = "waypost.caller"
_PEER = "waypost.peer"


@dataclass(frozen=True)
class AccessContext:
    """Database, caches and settings of access; `clock` returns us."""

    engine: Engine
    sessions: SessionCache
    keys: KeyRing
    logins: LoginLimiter
    proxies: Proxies
    policy: SessionPolicy
    clock: Callable[[], int]

    @classmethod
    def open(
        cls,
        engine: Engine,
        *,
        trusted_proxies: Iterable[str] = (),
        policy: SessionPolicy | None = None,
        clock: Callable[[], int] = now_us,
    ) -> AccessContext:
        """Make the context on an open database.

        `trusted_proxies`: addresses or networks whose X-Forwarded-* headers are believed.
        """
        return cls(
            engine=engine,
            sessions=SessionCache(engine),
            keys=KeyRing(engine),
            logins=LoginLimiter(),
            proxies=Proxies(trusted_proxies),
            policy=policy or SessionPolicy(),
            clock=clock,
        )


@dataclass(frozen=True)
class Caller:
    """Who makes a request that the gate let in: a signed-in person or an API key."""

    identity: Identity | None = None
    key: ApiKey | None = None

    @property
    def actor(self) -> str:
        """The name for the audit log: the account's name, or `key/` and the key's prefix."""
        if self.identity is not None:
            return self.identity.name
        return f"key/{self.key.prefix}" if self.key is not None else ""


def caller_of(scope: Scope) -> Caller | None:
    """Who the gate let in on this ASGI scope; None on open paths."""
    caller = scope.get(_CALLER)
    return caller if isinstance(caller, Caller) else None


def with_peer(scope: Scope, peer: Peer) -> Scope:
    """The scope with who is at the other end, for open paths."""
    return {**scope, _PEER: peer}


def address_of(scope: Scope) -> str:
    """The client's address as far as the gate believes it; empty when the gate was not passed."""
    peer = scope.get(_PEER)
    return peer.address if isinstance(peer, Peer) else ""


def with_caller(scope: Scope, caller: Caller) -> Scope:
    """The scope with the caller and the identity headers that pages read."""
    headers = [*scope["headers"], (b"x-waypost-user", caller.actor.encode())]
    if caller.identity is not None:
        headers.append((b"x-waypost-role", caller.identity.role.encode()))
        headers.append((b"x-waypost-session", caller.identity.session.encode()))
    return {**scope, "headers": headers, _CALLER: caller}


def without_identity(scope: Scope) -> Scope:
    """The scope without any identity header that the client sent.

    Underscores too: some servers and frameworks read X_Waypost_User as X-Waypost-User.
    """
    headers = [
        (name, value)
        for name, value in scope["headers"]
        if name[:1] not in b"xX" or not name.lower().replace(b"_", b"-").startswith(b"x-waypost-")
    ]
    return {**scope, "headers": headers}

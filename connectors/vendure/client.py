"""Calls to one shop's admin interface, logged in by password or by key."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connectors.vendure.settings import VendureSettings
from waypost.connect.contract import Answer, Transport
from waypost.connect.errors import BadCredentials, Forbidden, NotUnderstood
from waypost.connect.graphql import Reply, ask

AUTH_TOKEN, API_KEY, CHANNEL = "vendure-auth-token", "vendure-api-key", "vendure-token"
_LOGIN = """mutation($username: String!, $password: String!) {
  login(username: $username, password: $password) {
    __typename ... on CurrentUser { id } ... on ErrorResult { errorCode message }
  }
}"""
_CHECK = "query { activeChannel { code } orders(options: {take: 1}) { totalItems } }"
_COOKIE = re.compile(r"(?:^|[,;]\s*)((?:session|session\.sig)=[^;,\s]+)")


class Client:
    """The admin interface of one shop; logs in when it must, and once more when the shop has forgotten the login."""

    def __init__(self, settings: VendureSettings) -> None:
        self._settings = settings
        self._login: dict[str, str] = {}

    def ask(self, transport: Transport, query: str, variables: Mapping[str, Any] | None = None) -> Reply:
        """One query. Errors: ConnectorError."""
        fresh = not self._login
        try:
            return self._ask(transport, query, variables, self._headers(transport))
        except (BadCredentials, Forbidden):
            if fresh or self._settings.api_key is not None:
                raise
        self._login = {}
        return self._ask(transport, query, variables, self._headers(transport))

    def check(self, transport: Transport) -> None:
        """Prove that the login may read orders. Errors: ConnectorError."""
        self.ask(transport, _CHECK)

    def _ask(
        self, transport: Transport, query: str, variables: Mapping[str, Any] | None, headers: Mapping[str, str]
    ) -> Reply:
        return ask(transport, self._settings.url, query, variables, headers)

    def _headers(self, transport: Transport) -> dict[str, str]:
        settings = self._settings
        channel = {CHANNEL: settings.channel_token.get_secret_value()} if settings.channel_token else {}
        if settings.api_key is not None:
            return {API_KEY: settings.api_key.get_secret_value(), **channel}
        if not self._login:
            self._login = self._log_in(transport)
        return {**self._login, **channel}

    def _log_in(self, transport: Transport) -> dict[str, str]:
        settings = self._settings
        assert settings.password is not None  # the settings see to it
        words = {"username": settings.username, "password": settings.password.get_secret_value()}
        # A login changes nothing that a repetition would harm.
        reply = ask(transport, settings.url, _LOGIN, words)
        result = reply.get("login") or {}
        if result.get("__typename") != "CurrentUser":
            raise BadCredentials(f"The shop refuses the login: {str(result.get('message'))[:200]}.")
        return _pass(reply.answer)


def _pass(answer: Answer) -> dict[str, str]:
    """What later calls carry: the bearer token, or the session cookies of a shop that gives only those."""
    token = answer.headers.get(AUTH_TOKEN)
    if token:
        return {"authorization": f"Bearer {token}"}
    cookies = _COOKIE.findall(answer.headers.get("set-cookie", ""))
    if cookies:
        return {"cookie": "; ".join(cookies)}
    raise NotUnderstood("The shop lets the login in, but gives neither a token nor a session cookie.")

"""The pieces that the OpenAPI document is put together from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Json = dict[str, Any]
TEXT: Json = {"type": "string"}


def get(summary: str, *parameters: Json) -> Json:
    """A reading operation: its parameters, what it answers, and how it is refused."""
    responses = {
        "200": answer(summary, {"type": "object"}),
        "404": refusal("There is no such thing"),
        "422": refusal("A parameter is wrong"),
        **access(),
    }
    return {"get": {"summary": summary, "parameters": list(parameters), "responses": responses}}


def access() -> Json:
    """How the gate refuses."""
    return {
        "401": refusal("Not signed in, or no valid key"),
        "403": refusal("Not allowed"),
        "400": refusal("An odd path"),
    }


def parameter(name: str, schema: Json, description: str = "", required: bool = False) -> Json:
    """A parameter in the query."""
    return {"name": name, "in": "query", "schema": schema, "description": description, "required": required}


def path(name: str, schema: Json | None = None) -> Json:
    """A parameter in the path."""
    return {"name": name, "in": "path", "schema": schema or TEXT, "required": True}


def answer(description: str, schema: Json) -> Json:
    """An answer as JSON."""
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def refusal(description: str) -> Json:
    """A refusal: {error, field, remedy}."""
    return answer(description, {"$ref": "#/components/schemas/Error"})


def one_of(words: Iterable[str]) -> Json:
    """One of these words."""
    return {"enum": list(words)}

"""Mapping tables: a known word has its code, everything else is UNMAPPED."""

from __future__ import annotations

import pytest

from waypost.connect.words import Words, full_word, read_words, split_word
from waypost.domain.errors import DocumentError


def test_the_same_word_means_two_things_in_two_fields() -> None:
    words = read_words('[payment]\npending = "payment.pending"\n[shipment]\npending = "warehouse.received"\n')
    assert words.code("payment", "pending") == "payment.pending"
    assert words.code("shipment", "pending") == "warehouse.received"
    assert words.code("shipment", "Pending") == words.code("order", "pending") == "UNMAPPED"


@pytest.mark.parametrize(("field", "word"), [("state", "a:b"), ("a.b", ""), ("", "x")])
def test_a_full_word_is_taken_apart_again(field: str, word: str) -> None:
    assert split_word(full_word(field, word)) == (field, word)


def test_a_word_without_a_field_stays_whole() -> None:
    assert split_word("delivered") == ("", "delivered")


@pytest.mark.parametrize(
    ("text", "named"), [("[a\n", "no TOML"), ("a = 1", "words.toml: a"), ("[a]\nx = 3", "words.toml: a.x")]
)
def test_a_broken_table_names_the_entry(text: str, named: str) -> None:
    with pytest.raises(DocumentError, match=named):
        read_words(text)


def test_tables_are_read_only_mappings() -> None:
    assert dict(Words({"a:b": "order.created"})) == {"a:b": "order.created"}

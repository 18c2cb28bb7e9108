"""Links and merchants: what is stored, what is refused, what a right token opens, and when a story is told again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.worlds import carries, said, scan, sqlite_copy, us
from waypost.access import audit
from waypost.domain.errors import FieldError, NotFound
from waypost.domain.instants import DAY, SECOND
from waypost.services import ingest, merchants, tracking
from waypost.services.app import Waypost
from waypost.services.merchants import Merchant
from waypost.services.shelf import Opened, Shelf
from waypost.store.schema_tracking import tracking_link

NOW = us("2026-03-20T00:00:00Z")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'


class Shop:
    """A Waypost with order 1, and a wall clock of its own."""

    def __init__(self, folder: Path) -> None:
        self.waypost = Waypost(sqlite_copy(folder))
        self.now = self.wall = NOW
        self.waypost.clock = lambda: self.now
        self.waypost.journeys.install_shipped(NOW)
        self.send(said("order/1", "order.created", "2026-03-16T02:00:00Z"))
        self.engine = self.waypost.engine
        self.shelf = Shelf(self.waypost, lambda: self.wall)

    def send(self, *events: dict[str, object]) -> None:
        import json

        reading = ingest.read_body(json.dumps(events).encode(), self.waypost.vocabulary, NOW)
        self.waypost.submit(reading.said, reading.refused).result(60)

    @property
    def key(self) -> int:
        """Order 1's."""
        return self.waypost.current().table.keys[0]

    def open(self, token: str) -> Opened | None:
        """What a token opens, a moment later."""
        self.now += 2 * SECOND
        digest = tracking.hash_of(token)
        return self.shelf.open([digest]).get(digest) if digest else None


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.waypost.close()


def test_a_token_is_long_and_only_its_hash_is_stored(shop: Shop) -> None:
    tokens = {tracking.issue(shop.engine, shop.key, NOW, "me")[0] for _ in range(20)}
    assert len(tokens) == 20
    assert {len(token) for token in tokens} == {32}  # of 64 letters: 192 bits
    with shop.engine.connect() as connection:
        rows = str(connection.execute(sa.select(tracking_link)).all())
    rows += str(audit.recent(shop.engine))
    assert not [token for token in tokens if token in rows]


def test_a_link_opens_its_order_until_it_is_over(shop: Shop) -> None:
    token, link = tracking.issue(shop.engine, shop.key, NOW, "me", days=2, lang="zh")
    opened = shop.open(token)
    assert opened is not None
    assert opened.story is not None
    assert (opened.story.order, opened.grant.lang, link.state(NOW)) == ("1", "zh", "active")
    shop.wall = NOW + 2 * DAY
    expired = shop.open(token)
    assert expired is not None
    assert expired.story is None
    assert link.state(shop.wall) == "expired"


def test_a_revoked_and_a_guessed_token_open_nothing(shop: Shop) -> None:
    token, link = tracking.issue(shop.engine, shop.key, NOW, "me")
    gone = tracking.revoke(shop.engine, link.id, NOW + 1, "you")
    assert gone.state(NOW) == "revoked"
    assert tracking.revoke(shop.engine, link.id, NOW + 2, "you").revoked_at == NOW + 1
    assert shop.open(token) is None
    assert shop.open("A" * 32) is None
    for odd in ("", "short", "A" * 33, token[:-1] + "/", token[:-1] + "é"):
        assert tracking.hash_of(odd) is None
    with pytest.raises(NotFound):
        tracking.revoke(shop.engine, 999, NOW, "you")


def test_links_are_listed_newest_first_with_their_order(shop: Shop) -> None:
    merchants.save(shop.engine, Merchant("tea", "Tea"), NOW, "me")
    for at in range(3):
        tracking.issue(shop.engine, shop.key, NOW + at, "me", merchant_key="tea" if at else None)
    found = tracking.listing(shop.engine, limit=2)
    assert (found.total, [link.created_at - NOW for link in found.rows]) == (3, [2, 1])
    assert {str(link.subject) for link in found.rows} == {"order/1"}
    assert [link.merchant for link in tracking.listing(shop.engine, key=shop.key).rows] == ["tea", "tea", None]
    assert tracking.listing(shop.engine, key=-1).total == 0


@pytest.mark.parametrize(
    ("wanted", "field"), [({"days": 0}, "days"), ({"days": 401}, "days"), ({"lang": "fr"}, "lang")]
)
def test_a_link_that_makes_no_sense_is_refused(shop: Shop, wanted: dict[str, object], field: str) -> None:
    with pytest.raises(FieldError) as error:
        tracking.issue(shop.engine, shop.key, NOW, "me", **wanted)  # type: ignore[arg-type]
    assert error.value.field == field


def test_a_link_needs_an_order_and_a_merchant_that_exist(shop: Shop) -> None:
    shop.send(scan("parcel/P", "linehaul.picked_up", "2026-03-17T08:00:00Z", links=carries("order/1")))
    table = shop.waypost.current().table
    parcel = next(key for key, found in zip(table.keys, table.subjects, strict=True) if found.ref == "P")
    for key in (parcel, 10**9):
        with pytest.raises(NotFound):
            tracking.issue(shop.engine, key, NOW, "me")
    with pytest.raises(NotFound):
        tracking.issue(shop.engine, shop.key, NOW, "me", merchant_key="nobody")


def test_what_people_do_is_in_the_audit_log(shop: Shop) -> None:
    merchants.save(shop.engine, Merchant("tea", "Tea"), NOW, "me")
    _, link = tracking.issue(shop.engine, shop.key, NOW, "me", merchant_key="tea")
    tracking.revoke(shop.engine, link.id, NOW, "you")
    told = [(entry.actor, entry.action) for entry in audit.recent(shop.engine)]
    assert audit.verify(shop.engine).ok
    expected = {("me", "merchant.saved"), ("me", "tracking.issued"), ("you", "tracking.revoked")}
    assert expected <= set(told)


def test_a_story_is_told_again_only_when_its_order_changed(shop: Shop) -> None:
    token, _ = tracking.issue(shop.engine, shop.key, NOW, "me")
    first = shop.open(token)
    again = shop.open(token)
    assert first is not None
    assert again is not None
    assert again.story is first.story
    shop.send(said("order/2", "order.created", "2026-03-16T02:00:00Z"))
    other = shop.open(token)
    assert other is not None
    assert other.story is first.story
    shop.send(scan("parcel/P", "linehaul.picked_up", "2026-03-17T08:00:00Z", links=carries("order/1")))
    moved = shop.open(token)
    assert moved is not None
    assert moved.story is not None
    assert [part.waybill for part in moved.story.parts] == ["P"]


def test_a_return_of_an_order_or_of_its_parcel_is_news_too(shop: Shop) -> None:
    token, _ = tracking.issue(shop.engine, shop.key, NOW, "me")
    shop.send(scan("parcel/P", "linehaul.picked_up", "2026-03-17T08:00:00Z", links=carries("order/1")))
    seen = []
    for ref, to, code in (
        ("R", "order/1", "return.requested"),
        ("R", "order/1", "return.received"),
        ("Q", "parcel/P", "return.requested"),
    ):
        shop.open(token)
        shop.send(said(f"return/{ref}", code, "2026-03-18T08:00:00Z", links=[{"rel": "returns", "to": to}]))
        opened = shop.open(token)
        assert opened is not None
        assert opened.story is not None
        backs = [part for part in opened.story.parts if part.role == "return"]
        seen.append([(part.waybill, part.now and part.now.en) for part in backs])
    asked, looked_at = "We are looking at your request", "We are checking what came back"
    assert seen == [[("R", asked)], [("R", looked_at)], [("R", looked_at), ("Q", asked)]]


def test_what_the_journey_says_counts_at_once(shop: Shop) -> None:
    token, _ = tracking.issue(shop.engine, shop.key, NOW, "me")
    shop.open(token)
    body = shop.waypost.journeys.in_force("marketplace-parcel").journey.as_json()
    body["customer"]["stages"]["payment"]["now"] = {"en": "We wait for the bank", "zh": "等待银行到账"}
    shop.waypost.journeys.publish(body, by="me")
    opened = shop.open(token)
    assert opened is not None
    assert opened.story is not None
    assert opened.story.now is not None
    assert opened.story.now.en == "We wait for the bank"


def test_a_merchant_is_saved_in_its_plain_form_and_overwritten(shop: Shop) -> None:
    sites = ("HTTPS://Shop.Example:443/", "http://localhost:3000", "https://shop.example", "http://[::1]:8080")
    wanted = Merchant("tea", "  Tea \n& Co ", "#aabbcc", origins=sites, help_url="tel:+861", zone="Asia/Shanghai")
    found = merchants.save(shop.engine, wanted, NOW, "me")
    assert (found.name, found.colour) == ("Tea & Co", "#AABBCC")
    assert found.origins == ("https://shop.example", "http://localhost:3000", "http://[::1]:8080")
    merchants.save(shop.engine, found._replace(name="Tea", logo=merchants.logo_of(SVG, "svg")), NOW, "me")
    (again,) = merchants.listing(shop.engine)
    assert (again.name, again.logo[:26]) == ("Tea", "data:image/svg+xml;base64,")


@pytest.mark.parametrize(
    "site",
    [
        "shop.example",
        "ftp://shop.example",
        "https://shop.example/path",
        "https://*.example",
        "*",
        "https://user@shop.example",
        "https://shop.example:99999",
        "https://shop.example?x=1",
        "https://shop.example; script-src *",
        "https://shop.example\r\nX-Evil: 1",
        "https://",
        "'self'",
        "javascript:alert(1)",
        "https://shop_.example,https://b.example",
    ],
)
def test_what_is_no_origin_never_gets_into_a_header(shop: Shop, site: str) -> None:
    with pytest.raises(FieldError) as error:
        merchants.save(shop.engine, Merchant("tea", "Tea", origins=(site,)), NOW, "me")
    assert error.value.field == "origins"
    assert merchants.listing(shop.engine) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "Tea Shop"),
        ("name", "  "),
        ("name", "x" * 121),
        ("colour", "red"),
        ("colour", '#00000"'),
        ("help_url", "javascript:alert(1)"),
        ("help_url", 'https://a"onclick=x'),
        ("zone", "Mars/Olympus"),
        ("logo", "data:text/html;base64,PHN2Zz4="),
        ("logo", "data:image/png;base64,PHN2Zz4="),
        ("origins", tuple(f"https://s{n}.example" for n in range(21))),
    ],
)
def test_a_wrong_field_of_a_merchant_is_named(shop: Shop, field: str, value: object) -> None:
    with pytest.raises(FieldError) as error:
        merchants.save(shop.engine, Merchant("tea", "Tea")._replace(**{field: value}), NOW, "me")  # type: ignore[arg-type]
    assert error.value.field == field


def test_a_logo_that_would_make_the_page_heavy_is_refused(shop: Shop) -> None:
    with pytest.raises(FieldError, match="at most 1500"):
        merchants.logo_of(SVG + b" " * 2_000, "svg")


def test_a_merchant_in_use_stays(shop: Shop) -> None:
    merchants.save(shop.engine, Merchant("tea", "Tea"), NOW, "me")
    tracking.issue(shop.engine, shop.key, NOW, "me", merchant_key="tea")
    with pytest.raises(FieldError):
        merchants.remove(shop.engine, "tea", NOW, "me")
    merchants.save(shop.engine, Merchant("ink", "Ink"), NOW, "me")
    merchants.remove(shop.engine, "ink", NOW, "me")
    assert [found.key for found in merchants.listing(shop.engine)] == ["tea"]
    with pytest.raises(NotFound):
        merchants.get(shop.engine, "ink")

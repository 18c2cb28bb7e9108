"""The tables of the customer's page on every engine: made by the migration, written and read by the services."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from tests.engines import ENGINES
from waypost.domain.instants import now_us
from waypost.domain.subject import SubjectKind
from waypost.services import merchants, tracking
from waypost.services.merchants import Merchant
from waypost.store.engine import open_engine, writing
from waypost.store.migrate import upgrade
from waypost.store.schema import subject
from waypost.store.schema_tracking import merchant, tracking_link


@pytest.mark.parametrize("server", ENGINES)
def test_links_and_merchants_on_every_engine(request: pytest.FixtureRequest, server: str) -> None:
    engine = open_engine(request.getfixturevalue(server))
    upgrade(engine)
    inspector = sa.inspect(engine)
    for table in (merchant, tracking_link):
        columns = {column["name"]: column["nullable"] for column in inspector.get_columns(table.name)}
        assert columns == {column.name: bool(column.nullable) for column in table.columns}
    with writing(engine) as connection:
        connection.execute(sa.insert(subject).values(id=7, kind=int(SubjectKind.ORDER), scope="", ref="1001"))
    merchants.save(engine, Merchant("tea", "Tea", origins=("https://a.example",)), now_us(), "me")
    saved = merchants.save(engine, Merchant("tea", "茶", origins=("https://b.example",)), now_us(), "me")
    assert (saved.name, saved.origins) == ("茶", ("https://b.example",))
    token, link = tracking.issue(engine, 7, now_us(), "me", merchant_key="tea", lang="zh")
    other, _ = tracking.issue(engine, 7, now_us(), "me")
    hashes = [digest for each in (token, other) if (digest := tracking.hash_of(each))]
    found = tracking.grants(engine, hashes)
    assert [(found[h].key, found[h].lang, found[h].merchant) for h in hashes] == [(7, "zh", saved), (7, "", None)]
    tracking.revoke(engine, link.id, now_us(), "you")
    assert tracking.grants(engine, hashes).keys() == {hashes[1]}
    assert [row.state(now_us()) for row in tracking.listing(engine, key=7).rows] == ["active", "revoked"]
    engine.dispose()

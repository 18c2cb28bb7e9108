"""The page as text: small whatever the order is like, nothing in it that was not escaped, days in words."""

from __future__ import annotations

import pytest

from tests.worlds import us
from waypost.api.track.page import MOST_BYTES, Rendered, render
from waypost.api.track.words import Words
from waypost.domain.instants import DAY, SECOND
from waypost.i18n import translator
from waypost.journeys.labels import Labels
from waypost.services.merchants import Merchant
from waypost.services.story import DONE, NEXT, NOW, Expected, Part, Said, Step, Story

AT = us("2026-03-20T04:00:00Z")
HOSTILE = '<img src=x onerror="alert(1)">\n\r\x01&\u2028'


def label(text: str = "On its way") -> Labels:
    return Labels(en=text, zh=text)


def part(ref: str, said: int, text: str = "Scanned", place: str = "Hub") -> Part:
    """A parcel with four steps, and so many events in each."""
    lines = [Said(label(f"{text} {n}"), AT - n * SECOND, f"{place} {n}") for n in range(said)]
    steps = [Step(label(text), state, AT, lines) for state in (DONE, DONE, NOW, NEXT)]
    return Part("parcel", ref, None, None, steps, label(), False, False, None, None, None)


def story(*parts: Part, expected: Expected | None = None, order: str = "1", **more: object) -> Story:
    """An order on its way."""
    now = label()
    found = Story(order, "open", "Asia/Shanghai", now, False, None, expected, None, label(), list(parts), False, False)
    return found._replace(**more)  # type: ignore[arg-type]


def whole(found: Rendered) -> str:
    return b"0123456789abcdef".join(found.pieces).decode()


@pytest.mark.parametrize(("parcels", "said"), [(1, 0), (1, 200), (6, 40), (40, 3), (300, 60)])
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_stays_small_whatever_the_order_is_like(parcels: int, said: int, lang: str) -> None:
    parts = [part(f"SF{n:015d}", said, "Your parcel has reached your region", "Shenzhen") for n in range(parcels)]
    merchant = Merchant(
        "tea", "T" * 120, help_en="h" * 200, help_zh="助" * 200, help_url="https://a.example/" + "b" * 280
    )
    text = whole(render(story(*parts), merchant, lang, AT))
    assert len(text.encode()) <= MOST_BYTES
    assert text.endswith("</html>")
    assert "SF000000000000000" in text


def test_the_newest_events_stay_and_the_rest_is_counted() -> None:
    text = whole(render(story(part("P", 40)), None, "en", AT))
    assert "Scanned 39" in text
    assert "earlier entr" in text


def test_nothing_that_partners_send_becomes_markup() -> None:
    merchant = Merchant("tea", HOSTILE, help_en=HOSTILE)
    found = render(story(part(HOSTILE, 2, HOSTILE, HOSTILE), order=HOSTILE), merchant, "en", AT)
    text = whole(found)
    assert "<img" not in text
    assert "onerror=&quot;alert(1)&quot;" in text
    assert len(found.pieces) == 3  # the nonce goes to two places and nowhere else
    assert b"\n" not in found.main  # one line of an event stream
    assert b"\r" not in found.main


def test_the_tag_changes_with_what_the_page_says_only() -> None:
    first, again = (render(story(part("P", 2)), None, "en", AT).tag for _ in range(2))
    assert first == again
    assert render(story(part("P", 3)), None, "en", AT).tag != first


def window(start: str, until: str) -> Expected:
    return Expected(us(start), us(until), False, True)


@pytest.mark.parametrize(
    ("start", "until", "english", "chinese"),
    [
        ("2026-03-21T16:00:00Z", "2026-03-22T16:00:00Z", "22 March", "3月22日"),
        ("2026-03-19T16:00:00Z", "2026-03-20T16:00:00Z", "today, 20 March", "今天（3月20日）"),
        ("2026-03-20T16:00:00Z", "2026-03-21T16:00:00Z", "tomorrow, 21 March", "明天（3月21日）"),
        ("2026-03-21T16:00:00Z", "2026-03-24T16:00:00Z", "between 22 March and 24 March", "3月22日至3月24日"),
        ("2026-12-31T16:00:00Z", "2027-01-01T16:00:00Z", "1 January 2027", "2027年1月1日"),
        ("2026-03-22T02:00:00Z", "2026-03-22T08:00:00Z", "22 March, 10:00–16:00", "3月22日 10:00–16:00 "),
        ("2026-03-20T06:20:00Z", "2026-03-20T06:20:00Z", "today, 20 March, about 14:30", "今天（3月20日）14:30 左右"),
        ("2026-03-25T06:20:00Z", "2026-03-25T06:20:00Z", "25 March", "3月25日"),
        (
            "2026-03-22T12:00:00Z",
            "2026-03-22T20:00:00Z",
            "22 Mar 20:00 to 23 Mar 04:00",
            "3月22日 20:00 至 3月23日 04:00",
        ),
    ],
)
def test_windows_are_said_in_the_orders_own_days(start: str, until: str, english: str, chinese: str) -> None:
    found = story(expected=window(start, until))
    assert Words(found, translator("en"), AT).window(window(start, until)) == english
    assert Words(found, translator("zh"), AT).window(window(start, until)) == chinese


def test_a_day_that_was_promised_in_another_zone_keeps_its_date() -> None:
    day = window("2026-03-21T16:00:00Z", "2026-03-22T16:00:00Z")  # the 22nd in Shanghai
    found = story(expected=day, zone="America/Sao_Paulo")
    assert Words(found, translator("en"), AT).window(day) == "22 March"


def test_the_sentence_on_top() -> None:
    day = window("2026-03-21T16:00:00Z", "2026-03-22T16:00:00Z")
    one, there = part("P", 0), part("Q", 0)._replace(delivered=True)

    def said(found: Story) -> tuple[str, str]:
        english, chinese = (Words(found, translator(lang), AT).headline() for lang in ("en", "zh"))
        return english, chinese

    assert said(story(one, expected=day))[0] == "On its way, expected 22 March"
    assert said(story(one, expected=day, now=Labels(en="x", zh="在路上")))[1] == "在路上，预计3月22日送达"
    assert said(story(one, expected=day, told=True))[0] == "On its way. Expected 22 March"
    late = day._replace(start=day.start - 4 * DAY, until=day.until - 4 * DAY, late=True)
    assert said(story(one, expected=late))[0] == "On its way. It was expected 18 March and is late: we are sorry"
    assert (
        said(story(one, there, expected=day))[0] == "1 of 2 parcels delivered. The rest: On its way, expected 22 March"
    )
    assert said(story(there, there))[1] == "部分商品已签收，其余陆续送达"
    assert said(story(now=None))[0] == "We have received your order"
    assert said(story(there, status="delivered", at=AT))[1] == "已于今天（3月20日）签收"
    assert said(story(there, status="delivered", at=None, partly=True))[0] == "Delivered in part"
    assert (
        said(story(status="ended", now=Labels(en="Cancelled", zh="订单已取消"), at=AT))[0]
        == "Cancelled (today, 20 March)"
    )

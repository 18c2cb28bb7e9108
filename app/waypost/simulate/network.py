"""The company 'Lumen & Leaf' (home and tea) and its partners: who sells, stores, carries and clears."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from waypost.simulate import words
from waypost.simulate.geography import CITIES, City, cities_of
from waypost.simulate.hours import DAILY, NOT_SUNDAY, WEEKDAYS, Rounds, Week


class Partner(NamedTuple):
    """A system that sends events; `latency` is its usual delay in seconds.

    With `bare` its times of events are wall clocks without an offset, beside the name of the zone.
    """

    source: str
    zone: str
    latency: float
    bare: bool = False


class Carrier(NamedTuple):
    """A parcel carrier: its partner system, its waybill numbers and its own words."""

    code: str
    partner: Partner
    prefix: str
    words: Mapping[str, str]
    chinese: bool = False

    @property
    def reports_origin(self) -> bool:
        """Whether it scans arrivals in the hub of origin, too, and not only what leaves it."""
        return not self.partner.bare and self.code != "Polder Parcel"


class Channel(NamedTuple):
    """Where orders come from; `lines` tells whether it reports order lines."""

    code: str
    partner: Partner
    prefix: str
    lines: bool


class Warehouse(NamedTuple):
    """A warehouse: opening hours, cut-off hour of the day's last truck, and the trucks' hours."""

    code: str
    city: City
    partner: Partner
    week: Week
    cutoff: float
    collections: Rounds
    reports_picks: bool = True


class Border(NamedTuple):
    """A cross-border lane's way: flights, the gateway of arrival, the clearance (hours) and who delivers."""

    gateway: City
    flights: Rounds
    clearance: float
    carrier: Carrier
    promise_days: int


class Lane(NamedTuple):
    """From a warehouse to a market, with what is usual there."""

    code: str
    warehouse: Warehouse
    carriers: tuple[Carrier, ...]
    cities: tuple[City, ...]
    currency: str
    delivery: Rounds
    border: Border | None = None


def _carrier(
    code: str, source: str, zone: str, latency: float, prefix: str, own: Mapping[str, str], *, bare: bool = False
) -> Carrier:
    partner = Partner(source, zone, latency, bare)
    return Carrier(code, partner, prefix, MappingProxyType(own), chinese=zone == "Asia/Shanghai")


FEIYAN = _carrier("Feiyan Express", "api.feiyan.example", "Asia/Shanghai", 40, "FY", words.FEIYAN)
YUNYI = _carrier("Yunyi", "open.yunyi.example", "Asia/Shanghai", 240, "YY", words.YUNYI, bare=True)
POLDER = _carrier("Polder Parcel", "trace.polder.example", "Europe/Amsterdam", 420, "PP", words.POLDER)
HUDSON = _carrier("Hudson Parcel", "events.hudson.example", "America/New_York", 300, "HU", words.HUDSON)
JADE = _carrier("Jade Bridge", "track.jadebridge.example", "Asia/Shanghai", 900, "JB", words.JADE)
IPE = _carrier("Rápido Ipê", "rastreio.ipe.example", "America/Sao_Paulo", 1500, "IP", words.IPE, bare=True)
CARRIERS = (FEIYAN, YUNYI, POLDER, HUDSON, JADE, IPE)

WEBSHOP = Channel("webshop", Partner("shop.lumenleaf.example", "UTC", 1), "LL", True)
YUELAN = Channel("yuelan", Partner("mall.yuelan.example", "Asia/Shanghai", 3), "71", True)
HUOPO = Channel("huopo-live", Partner("live.huopo.example", "Asia/Shanghai", 8), "69", False)
CHANNELS = (WEBSHOP, YUELAN, HUOPO)

BROKER = Partner("broker.portway.example", "UTC", 1200)
TELEMATICS = Partner("fleet.rollwatch.example", "UTC", 4)
TILL = Partner("stores.lumenleaf.example", "UTC", 2)


def _warehouse(
    code: str, city: str, week: Week, cutoff: float, hours: tuple[float, ...], *, picks: bool = True
) -> Warehouse:
    place = CITIES[city]
    partner = Partner(f"{code.lower()}.wms.lumenleaf.example", place.zone, 5)
    return Warehouse(code, place, partner, week, cutoff, Rounds(hours, week.days), picks)


HGH = _warehouse("HGH", "Hangzhou", Week(8, 22), 17, (13, 20))
SZX = _warehouse("SZX-bonded", "Shenzhen", Week(8, 22), 17, (12.5, 20.5), picks=False)
RTM = _warehouse("RTM", "Rotterdam", Week(7, 20, WEEKDAYS), 15.5, (18,))
EWR = _warehouse("EWR", "Newark", Week(7, 21, NOT_SUNDAY), 16, (19,))
WAREHOUSES = (HGH, SZX, RTM, EWR)

_TWICE_DAILY = Rounds((8.0, 14.5), DAILY)
_EUROPE, _AMERICA = Rounds((8.5,), NOT_SUNDAY), Rounds((8.75,), NOT_SUNDAY)
_CHINA = cities_of("CN")
_EU_CITIES = tuple(c for c in cities_of("NL", "BE", "DE", "AT", "FR", "IT", "ES") if c.name != "Liège")
# A bonded warehouse also sells at home; the north is served from Hangzhou.
_SOUTH = tuple(c for c in _CHINA if c.hub in ("Guangzhou", "Shenzhen", "Changsha", "Chengdu"))
_EAST = tuple(c for c in _CHINA if c.hub not in ("Guangzhou", "Shenzhen", "Changsha"))

CN_EAST = Lane("CN-CN", HGH, (FEIYAN, YUNYI), _EAST, "CNY", _TWICE_DAILY)
CN_SOUTH = Lane("CN-CN", SZX, (FEIYAN, YUNYI), _SOUTH, "CNY", _TWICE_DAILY)
EU = Lane("EU-EU", RTM, (POLDER,), _EU_CITIES, "EUR", _EUROPE)
US = Lane("US-US", EWR, (HUDSON,), cities_of("US"), "USD", _AMERICA)
CN_EU = Lane(
    "CN-EU", HGH, (JADE,), _EU_CITIES, "EUR", _EUROPE,
    Border(CITIES["Liège"], Rounds((3.5,), frozenset({1, 3, 5})), 26, POLDER, 11),
)  # fmt: skip
CN_US = Lane(
    "CN-US", SZX, (JADE,), cities_of("US"), "USD", _AMERICA,
    Border(CITIES["Los Angeles"], Rounds((23.0,), frozenset({0, 2, 4, 6})), 24, HUDSON, 12),
)  # fmt: skip
CN_BR = Lane(
    "CN-BR", SZX, (JADE,), cities_of("BR"), "BRL", Rounds((9.0,), NOT_SUNDAY),
    Border(CITIES["São Paulo"], Rounds((1.5,), frozenset({2, 5})), 62, IPE, 13),
)  # fmt: skip
LANES = (CN_EAST, CN_SOUTH, EU, US, CN_EU, CN_US, CN_BR)


def hub_label(city: City, carrier: Carrier) -> str:
    """What a carrier calls its sorting hub in a city."""
    if carrier.chinese:
        return f"{city.zh}转运中心"
    return f"{city.name} {'Centro de Tratamento' if city.country == 'BR' else 'hub'}"


def station_label(city: City, carrier: Carrier, number: int) -> str:
    """What a carrier calls its delivery station in a city."""
    if carrier.chinese:
        return f"{city.zh}第{number}营业点"
    return f"{city.name} {'Unidade' if city.country == 'BR' else 'depot'} {number}"

"""Real cities with their coordinates, and how far apart they are."""

from __future__ import annotations

from functools import lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import NamedTuple

_CN, _NY = "Asia/Shanghai", "America/New_York"


class City(NamedTuple):
    """A city; `weight` is its share of its country's orders, `hub` the sorting hub that serves it."""

    name: str
    zh: str
    country: str
    zone: str
    lat: float
    lon: float
    weight: float
    hub: str


_CITIES = (
    City("Hangzhou", "杭州", "CN", _CN, 30.29, 120.16, 5, "Hangzhou"),
    City("Ningbo", "宁波", "CN", _CN, 29.88, 121.55, 3, "Hangzhou"),
    City("Shanghai", "上海", "CN", _CN, 31.22, 121.46, 9, "Shanghai"),
    City("Suzhou", "苏州", "CN", _CN, 31.30, 120.60, 4, "Shanghai"),
    City("Nanjing", "南京", "CN", _CN, 32.06, 118.78, 4, "Shanghai"),
    City("Beijing", "北京", "CN", _CN, 39.91, 116.40, 8, "Beijing"),
    City("Tianjin", "天津", "CN", _CN, 39.14, 117.18, 3, "Beijing"),
    City("Qingdao", "青岛", "CN", _CN, 36.07, 120.36, 3, "Beijing"),
    City("Wuhan", "武汉", "CN", _CN, 30.58, 114.27, 4, "Wuhan"),
    City("Zhengzhou", "郑州", "CN", _CN, 34.76, 113.65, 3, "Wuhan"),
    City("Xi'an", "西安", "CN", _CN, 34.26, 108.93, 3, "Wuhan"),
    City("Changsha", "长沙", "CN", _CN, 28.20, 112.97, 3, "Changsha"),
    City("Guangzhou", "广州", "CN", _CN, 23.12, 113.25, 7, "Guangzhou"),
    City("Shenzhen", "深圳", "CN", _CN, 22.55, 114.07, 7, "Shenzhen"),
    City("Xiamen", "厦门", "CN", _CN, 24.48, 118.08, 2, "Guangzhou"),
    City("Nanning", "南宁", "CN", _CN, 22.82, 108.32, 2, "Guangzhou"),
    City("Chengdu", "成都", "CN", _CN, 30.67, 104.07, 5, "Chengdu"),
    City("Chongqing", "重庆", "CN", _CN, 29.56, 106.55, 4, "Chengdu"),
    City("Kunming", "昆明", "CN", _CN, 25.04, 102.72, 2, "Chengdu"),
    City("Rotterdam", "鹿特丹", "NL", "Europe/Amsterdam", 51.92, 4.48, 3, "Rotterdam"),
    City("Amsterdam", "阿姆斯特丹", "NL", "Europe/Amsterdam", 52.37, 4.89, 5, "Rotterdam"),
    City("Brussels", "布鲁塞尔", "BE", "Europe/Brussels", 50.85, 4.35, 3, "Rotterdam"),
    City("Liège", "列日", "BE", "Europe/Brussels", 50.63, 5.57, 1, "Rotterdam"),
    City("Berlin", "柏林", "DE", "Europe/Berlin", 52.52, 13.41, 6, "Hamburg"),
    City("Hamburg", "汉堡", "DE", "Europe/Berlin", 53.55, 9.99, 4, "Hamburg"),
    City("Munich", "慕尼黑", "DE", "Europe/Berlin", 48.14, 11.58, 4, "Munich"),
    City("Vienna", "维也纳", "AT", "Europe/Vienna", 48.21, 16.37, 3, "Munich"),
    City("Paris", "巴黎", "FR", "Europe/Paris", 48.85, 2.35, 6, "Paris"),
    City("Lyon", "里昂", "FR", "Europe/Paris", 45.75, 4.85, 3, "Paris"),
    City("Milan", "米兰", "IT", "Europe/Rome", 45.46, 9.19, 3, "Milan"),
    City("Madrid", "马德里", "ES", "Europe/Madrid", 40.42, -3.70, 3, "Madrid"),
    City("Newark", "纽瓦克", "US", _NY, 40.74, -74.17, 2, "Newark"),
    City("New York City", "纽约", "US", _NY, 40.71, -74.01, 8, "Newark"),
    City("Boston", "波士顿", "US", _NY, 42.36, -71.06, 4, "Newark"),
    City("Philadelphia", "费城", "US", _NY, 39.95, -75.16, 3, "Newark"),
    City("Atlanta", "亚特兰大", "US", _NY, 33.75, -84.39, 4, "Atlanta"),
    City("Miami", "迈阿密", "US", _NY, 25.77, -80.19, 3, "Atlanta"),
    City("Chicago", "芝加哥", "US", "America/Chicago", 41.85, -87.65, 5, "Chicago"),
    City("Dallas", "达拉斯", "US", "America/Chicago", 32.78, -96.81, 4, "Dallas"),
    City("Denver", "丹佛", "US", "America/Denver", 39.74, -104.98, 2, "Dallas"),
    City("Los Angeles", "洛杉矶", "US", "America/Los_Angeles", 34.05, -118.24, 7, "Los Angeles"),
    City("Seattle", "西雅图", "US", "America/Los_Angeles", 47.61, -122.33, 3, "Los Angeles"),
    City("São Paulo", "圣保罗", "BR", "America/Sao_Paulo", -23.55, -46.64, 9, "São Paulo"),
    City("Rio de Janeiro", "里约热内卢", "BR", "America/Sao_Paulo", -22.91, -43.18, 5, "São Paulo"),
    City("Belo Horizonte", "贝洛奥里藏特", "BR", "America/Sao_Paulo", -19.92, -43.94, 3, "São Paulo"),
    City("Curitiba", "库里蒂巴", "BR", "America/Sao_Paulo", -25.43, -49.27, 3, "São Paulo"),
)
CITIES = {city.name: city for city in _CITIES}


def cities_of(*countries: str) -> tuple[City, ...]:
    """The cities of these countries."""
    return tuple(city for city in _CITIES if city.country in countries)


@lru_cache(maxsize=4096)
def distance_km(a: City, b: City) -> float:
    """Kilometres along the great circle."""
    north, east = radians(b.lat - a.lat) / 2, radians(b.lon - a.lon) / 2
    return 12742 * asin(sqrt(sin(north) ** 2 + cos(radians(a.lat)) * cos(radians(b.lat)) * sin(east) ** 2))


def between(a: City, b: City, share: float) -> tuple[float, float]:
    """Latitude and longitude of a vehicle that has done this share of the way."""
    # A road is no straight line: a gentle bow that is the same for every trip of the route.
    bow = 0.04 * sin(share * 3.14159)
    lat = a.lat + (b.lat - a.lat) * share + bow * (b.lon - a.lon)
    lon = a.lon + (b.lon - a.lon) * share - bow * (b.lat - a.lat)
    return round(lat, 4), round(lon, 4)

"""The OwnTracks connector proves every rule of the quality ladder that its manifest claims."""

from __future__ import annotations

from tests.worlds import us
from waypost.connect.testing import Case, conformance

NOW = us("2026-03-20T12:00:00Z")
MESSAGES = b"""\
{"_type":"lwt","tst":1773990000}
{"_type":"location","tid":"t7","tst":1774000000,"lat":31.2304,"lon":121.4737,"acc":12,"vel":54,"cog":270,"batt":87}
{"_type":"location","tid":"t7","tst":1774000030,"lat":31.2306,"lon":121.4690}
{"_type":"transition","tst":1774000040,"lat":31.23,"lon":121.46,"event":"enter","desc":"Hongqiao depot","acc":20}
"""

TestOwnTracks = conformance(
    Case(
        connector="owntracks",
        settings={"url": "mqtts://broker.example:8883", "username": "waypost", "password": "test-key"},
        material={"owntracks/lin/truck-7": MESSAGES},
        word=b"enter",
        required=b"tst",
        now=NOW,
        secrets=("test-key",),
    )
)

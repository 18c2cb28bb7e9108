"""The server as an ASGI program, for any ASGI server: `uvicorn asgi:app` beside this file.

`waypost serve` is the usual way; this one reads its settings from WAYPOST_* variables.
"""

from waypost.services.heap import settle
from waypost.web.start import build

app = build()
settle()

"""The database servers that stores are tested on, as parameters of tests: names of fixtures."""

from __future__ import annotations

import pytest

SERVERS = [pytest.param(name, marks=pytest.mark.service) for name in ("pg_url", "mariadb_url", "oceanbase_url")]
ENGINES = ["sqlite_url", *SERVERS]

"""A real Vendure shop in a folder of its own: installed once, started on a free port, stopped and started again.

It needs node, npm and the recipe in ../shared/peers/vendure. `WAYPOST_VENDURE` may name a folder in which
`npm install` and the build of better-sqlite3 have been done before; else both are done here, in some two minutes.
"""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.support import absent

ROOT = Path(__file__).resolve().parents[2]
RECIPE = ROOT.parent / "shared" / "peers" / "vendure"
LOGIN = {"username": "superadmin", "password": "superadmin"}
START_S = 180


class VendureShop:
    """The shop; `base` is its address. Its own words are asked for by `admin`, without any connector."""

    def __init__(self, folder: Path) -> None:
        if not RECIPE.is_dir() or shutil.which("node") is None or shutil.which("npm") is None:
            absent("no Vendure: it needs node, npm and the recipe in ../shared/peers/vendure")
        self.folder = folder
        self._modules()
        for name in ("server.js", "seed_orders.py", "package.json"):
            shutil.copyfile(RECIPE / name, folder / name)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.base, self.token = f"http://127.0.0.1:{self.port}", ""
        self._process: subprocess.Popen[bytes] | None = None

    def _modules(self) -> None:
        ready = os.environ.get("WAYPOST_VENDURE")
        if ready:
            (self.folder / "node_modules").symlink_to(Path(ready) / "node_modules")
            return
        shutil.copyfile(RECIPE / "package.json", self.folder / "package.json")
        self._run(["npm", "install", "--ignore-scripts", "--no-audit", "--no-fund"], self.folder)
        build = ["npx", "--yes", "node-gyp", "rebuild", "--release", "--nodedir=/usr"]
        self._run(build, self.folder / "node_modules" / "better-sqlite3")

    def _run(self, command: list[str], folder: Path) -> None:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=900, check=False)
        if done.returncode != 0:
            absent(f"no Vendure: {' '.join(command)} ends with {done.returncode}: {done.stderr[-400:].decode()}")

    def start(self) -> None:
        """Start it and wait until it answers; the first start fills it with products."""
        settings = {"VENDURE_DISABLE_TELEMETRY": "true", "DB": "better-sqlite3", "PORT": str(self.port)}
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["node", "server.js"], cwd=self.folder, env={**os.environ, **settings}, stdout=log, stderr=log
            )
        marker, end = self.folder / "populated.better-sqlite3", time.monotonic() + START_S
        while time.monotonic() < end:
            if self._process.poll() is not None:
                raise AssertionError((self.folder / "server.log").read_text()[-800:])
            try:
                if marker.exists() and self.admin("query { orders(options: {take: 1}) { totalItems } }"):
                    return
            except OSError:
                self.token = ""
            time.sleep(0.5)
        raise AssertionError(f"Vendure does not answer within {START_S} s")

    def stop(self) -> None:
        """Stop it; what it was told stays in its database."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def seed(self, orders: int) -> None:
        """Place and fulfil orders, as the recipe does it."""
        script = self.folder / "seed_orders.py"
        script.write_text(script.read_text("utf-8").replace("http://127.0.0.1:3101/", f"{self.base}/"), "utf-8")
        subprocess.run(
            [sys.executable, script.name, str(orders)], cwd=self.folder, check=True, capture_output=True, timeout=600
        )

    def admin(self, query: str, **variables: Any) -> Any:
        """Ask the admin interface, logged in."""
        if not self.token:
            login = "mutation($u: String!, $p: String!) { login(username: $u, password: $p) { __typename } }"
            self._post(login, {"u": LOGIN["username"], "p": LOGIN["password"]})
        return self._post(query, variables)

    def _post(self, query: str, variables: dict[str, Any]) -> Any:
        headers = {"content-type": "application/json", "authorization": f"Bearer {self.token}"}
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(f"{self.base}/admin-api", body, headers)
        with urllib.request.urlopen(request, timeout=60) as answer:
            self.token = answer.headers.get("vendure-auth-token") or self.token
            found = json.load(answer)
        assert "errors" not in found, found
        return found["data"]

"""The real OceanBase engine, embedded, in a process of its own: `python -m tests.oceanbase FOLDER`."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

from tests.support import absent, environment


@contextmanager
def oceanbase(folder: Path) -> Iterator[str]:
    """An engine over a new folder; gives the SQLAlchemy URL of its server, without a database."""
    command = [sys.executable, "-m", "tests.oceanbase", str(folder)]
    process = subprocess.Popen(
        command, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        line = process.stdout.readline()
        if not line:
            absent("the embedded OceanBase (pylibseekdb) cannot be opened here")
        found = json.loads(line)
        yield f"mysql+pymysql://{found['user']}@localhost/?unix_socket={quote(found['unix_socket'])}"
    finally:
        process.stdin.close()
        process.wait(60)
        process.stdout.close()


def serve(folder: str) -> None:
    """Open the engine, say where it listens, and stay until the input ends."""
    import pylibseekdb

    instance = pylibseekdb.open(db_dir=folder)
    print(json.dumps(instance.connection_options()), flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    serve(sys.argv[1])

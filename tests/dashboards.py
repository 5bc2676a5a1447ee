"""The dashboard as a process of its own, and a visitor without a browser: for tests that kill it."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import connect

_START_S = 120


class DashboardProcess:
    """`jiran app` in a folder, with all that it starts in a group of its own."""

    def __init__(self, folder, env=None):
        with contextlib.closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self._log = (folder / "dashboard.txt").open("ab")
        self.process = subprocess.Popen(  # noqa: S603  our own
            [sys.executable, "-m", "jiran", "app", "--no-browser", "--port", str(self.port)],
            cwd=folder, env=env, stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log, start_new_session=True,
        )  # fmt: skip

    def wait_until_healthy(self):
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            assert self.process.poll() is None, "the dashboard ended"
            with (
                contextlib.suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/_stcore/health", timeout=5),
            ):
                return
            time.sleep(0.05)
        raise AssertionError("the dashboard was not ready")

    def kill(self):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._log.close()

    def visit(self, page, query, within_s=60):
        """Open a page as a browser does, and return what its script sent until it ended: the bytes, in which texts can be found."""
        return asyncio.run(asyncio.wait_for(self._visit(page, query), within_s))

    async def _visit(self, page, query):
        asked = BackMsg()
        asked.rerun_script.query_string = query
        asked.rerun_script.page_name = page
        found = []
        there = connect(f"ws://127.0.0.1:{self.port}/_stcore/stream", subprotocols=["streamlit"], max_size=None)
        async with there as connection:
            await connection.send(asked.SerializeToString())
            async for message in connection:
                found.append(message)
                said = ForwardMsg.FromString(message)
                if said.WhichOneof("type") == "script_finished" and said.script_finished in (
                    ForwardMsg.FINISHED_SUCCESSFULLY, ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY,
                ):  # fmt: skip
                    break
        return b"".join(found)

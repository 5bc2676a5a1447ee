"""A real broker for tests: mosquitto, started on a free port of this machine and ended with its process id."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import time

PROGRAM = shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")
#: It may take so long to start or to end, on a busy machine.
_START_S = 60


class Mosquitto:
    """A broker that can be killed and started again with what it keeps."""

    def __init__(self, folder, extra="", *, saves=True):
        self.folder, self.process = folder, None
        with contextlib.closing(socket.socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.config = folder / "mosquitto.conf"
        self.config.write_text(
            f"listener {self.port} 127.0.0.1\n{extra or 'allow_anonymous true'}\n"
            f"{f'persistence true{chr(10)}persistence_location {folder}/{chr(10)}autosave_interval 1' if saves else 'persistence false'}\n"
            f"max_queued_messages 0\nuser {os.environ.get('USER', 'root')}\n"
        )

    def start(self):
        with (self.folder / "mosquitto.log").open("ab") as log:
            self.process = subprocess.Popen([PROGRAM, "-c", str(self.config)], stdout=log, stderr=log)  # noqa: S603
        until = time.monotonic() + _START_S
        while self.process.poll() is None and time.monotonic() < until:
            with (
                contextlib.suppress(OSError),
                contextlib.closing(socket.create_connection(("127.0.0.1", self.port), 1)),
            ):
                return self
            time.sleep(0.05)
        raise AssertionError((self.folder / "mosquitto.log").read_text())

    def kill(self):
        self.process.kill()
        self.process.wait(_START_S)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(_START_S)

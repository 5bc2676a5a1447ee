"""A dashboard, a browser, and pages that fail their test on any error that the browser reports."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
HOST = "127.0.0.1"
START_SECONDS = 90  # a first start may compile, on a busy machine
WAIT_MS = 20_000  # for whatever a test expects to see
BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# Chromium refuses its sandbox to root; the rest keeps it from asking the network for anything of its own.
BROWSER_ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# Console errors that say nothing about the dashboard.
HARMLESS = (
    "favicon",  # a browser asks for one whether or not a page has it
    "ResizeObserver loop",  # a chart was laid out in two frames instead of one
)


@pytest.hookimpl(tryfirst=True)  # before pytest-xdist reads the groups
def pytest_collection_modifyitems(config, items):
    """Mark every test in this folder `browser`, and keep them on one worker: they share one server."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            if config.pluginmanager.hasplugin("xdist"):
                item.add_marker(pytest.mark.xdist_group("browser"))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start the Chromium of this machine; without one, skip, or fail where a browser is required."""
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        reason = "no Chromium found: install chromium or google-chrome"
        if os.environ.get("JIRAN_REQUIRE_BROWSER") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    expect.set_options(timeout=WAIT_MS)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=BROWSER_ARGS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def server(browser, tmp_path_factory) -> Iterator[str]:  # noqa: ARG001 - without a browser no server is needed
    """Start the dashboard as a user would, in an empty folder; its address, without a slash at the end."""
    folder = tmp_path_factory.mktemp("server")
    port = _free_port()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(  # noqa: S603 - the arguments are our own
            [sys.executable, "-m", "jiran", "app", "--no-browser", "--port", str(port)],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(process, port, folder / "log")
        yield f"http://{HOST}:{port}"
    finally:
        _stop(process)


@pytest.fixture
def page(browser, server) -> Iterator[Page]:
    """Open an empty page of a new visitor; `page.goto("/")` opens the dashboard.

    When the test ends, it fails if the page threw an error, logged one, or asked another server.
    """
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        text = f"{message.text} ({message.location.get('url', '')})"
        if message.type == "error" and not any(harmless in text for harmless in HARMLESS):
            problems.append(f"console: {text}")

    def on_request(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https"} and url.hostname != HOST:
            problems.append(f"asked another server: {request.url}")

    context = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900}, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    page = context.new_page()
    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(f"page: {error}"))
    page.on("request", on_request)
    yield page
    context.close()
    if problems:
        pytest.fail("the browser reports:\n" + "\n".join(problems), pytrace=False)


def _free_port() -> int:
    """Ask the system for a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


def _wait_until_healthy(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the dashboard says that it is ready; fail with its log if it ends or takes too long."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            what = f"ended with exit code {process.returncode}"
            break
        if _is_healthy(port):
            return
        time.sleep(0.1)
    else:
        what = f"was not ready after {START_SECONDS} s"
    pytest.fail(f"`jiran app` {what}; its log:\n{log.read_text()[-4000:]}", pytrace=False)


def _is_healthy(port: int) -> bool:
    """Ask the dashboard's health endpoint once."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/_stcore/health")
        response = connection.getresponse()
        return response.status == http.client.OK and response.read().strip() == b"ok"
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop(process: subprocess.Popen[bytes]) -> None:
    """End the server and whatever it started: all in its own process group."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
            process.wait(timeout=10)
        except (ProcessLookupError, PermissionError):  # the group is gone; macOS says it the second way
            break
        except subprocess.TimeoutExpired:
            continue
    process.wait()

"""A dashboard, a browser, and pages that fail their test on any error that the browser reports."""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from choosing import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).parent
HOST = "127.0.0.1"
START_SECONDS = 180  # a first start may compile, on a busy machine
WAIT_MS = (
    180_000  # for whatever a test expects to see: on a busy machine a page that compiles rules takes over a minute
)
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
# Opened on a page that is not the first, Streamlit looks for its server below that page before it finds it.
PROBE = re.compile(
    r"^/(street|compare|class|plan|data|neighbourhood|day|market|homes|trades|paper)/_stcore/(health|host-config)$"
)
#: What a page can be asked for without a window of its own; of a size, the window would remember whether the panel is open.
SHARED = {"color_scheme", "reduced_motion"}
NARROW = 768  # below, Streamlit moves the navigation into the panel


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
def server(served) -> str:
    """Return the address of the dashboard, without a slash at the end."""
    return served[0]


@pytest.fixture
def server_process(served) -> ServerProcess:
    """Return what tells whether the dashboard works on something."""
    return ServerProcess(served[1].pid)


class ServerProcess:
    """The processes of the dashboard, by the time that they have worked."""

    def __init__(self, group: int) -> None:
        self._group = group

    def worked_s(self) -> float:
        """Return the processor time of all its processes, s."""
        ticks = 0
        for status in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = status.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self._group:
                    ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def share(self) -> float:
        """Return the share of a processor that it takes."""
        before, begin = self.worked_s(), time.monotonic()
        time.sleep(1.0)
        return (self.worked_s() - before) / (time.monotonic() - begin)

    def wait_until_working(self) -> None:
        """Return when it has worked for some seconds more; fail if it never does. A busy machine gives it little at a time."""
        enough, deadline = self.worked_s() + 3.0, time.monotonic() + START_SECONDS
        while self.worked_s() < enough:
            assert time.monotonic() < deadline, "the dashboard does not work"
            time.sleep(0.2)

    def wait_until_idle(self) -> None:
        """Return when it does next to nothing; fail if it never does."""
        deadline = time.monotonic() + START_SECONDS
        while self.share() > 0.1:
            assert time.monotonic() < deadline, "the dashboard still works"


@pytest.fixture(scope="session")
def served(browser, tmp_path_factory) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:  # noqa: ARG001 - without a browser no server is needed
    """Start the dashboard as a user would, in an empty folder; its address and its process."""
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
        yield f"http://{HOST}:{port}", process
    finally:
        _stop(process)


@pytest.fixture(scope="session")
def window(browser, server) -> Iterator[BrowserContext]:
    """Return the window that tests share: a page in it is a visitor of its own, and finds the scripts loaded before."""
    context = _context(browser, server)
    yield context
    context.close()


@pytest.fixture
def visit(browser, server, window) -> Iterator[Callable[..., Dashboard]]:
    """Return what opens the dashboard as a new visitor: `visit("/trades", color_scheme="dark")`.

    A page may be dark, or move; with other options the visitor has a browser window of its own, sharing nothing. When the
    test ends, it fails if a page threw an error, logged one, or asked another server.
    """
    contexts: list[BrowserContext] = []
    pages: list[Page] = []
    problems: list[str] = []

    def on_console(message: ConsoleMessage) -> None:
        url = message.location.get("url", "")
        harmless = any(word in f"{message.text} ({url})" for word in HARMLESS) or PROBE.search(urlsplit(url).path)
        if message.type == "error" and not harmless:
            problems.append(f"console: {message.text} ({url})")

    def on_request(request: Request) -> None:
        url = urlsplit(request.url)
        if url.scheme in {"http", "https"} and url.netloc != urlsplit(server).netloc:
            problems.append(f"asked another server: {request.url}")

    def opened(path: str = "/street", **options: Any) -> Dashboard:
        if options.keys() <= SHARED:
            page = window.new_page()
            page.emulate_media(**options)
        else:
            contexts.append(_context(browser, server, **options))
            page = contexts[-1].new_page()
        pages.append(page)
        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"page: {error}"))
        page.on("request", on_request)
        return Dashboard(page).go(path)

    yield opened
    for page in pages:
        page.close()
    for context in contexts:
        context.close()
    if problems:
        pytest.fail("the browser reports:\n" + "\n".join(problems), pytrace=False)


def _context(browser: Browser, server: str, **options: Any) -> BrowserContext:
    """Open a browser window that knows nothing yet; nothing moves in it by itself, which spares a busy machine."""
    plain = {"viewport": {"width": 1280, "height": 900}, "locale": "en-GB", "reduced_motion": "reduce"}
    context = browser.new_context(base_url=server, **plain | options)
    context.set_default_timeout(WAIT_MS)
    return context


class Dashboard:
    """The dashboard in a browser, by what a visitor sees of it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sent: list[str | bytes] = []  # by the browser to the server
        page.on("websocket", lambda socket: socket.on("framesent", lambda frame: self.sent.append(frame)))  # noqa: PLW0108 - Playwright marks what it is given, and cannot mark a built-in
        self.panel = page.get_by_test_id("stSidebar")
        self.main = page.get_by_test_id("stMain")
        self.alerts = page.get_by_test_id("stAlert")
        self.window = page.get_by_role("dialog")
        self.crash = page.get_by_test_id("stException")
        self.map = page.locator(".fm")
        self.time = page.locator("[data-el=time]")
        self.story = self.main.get_by_role("heading", level=5)
        self.badge = self.main.get_by_text("is accounted for:")

    def go(self, path: str) -> Dashboard:
        """Open an address, and wait for its page."""
        self.page.goto(path)
        return self.settle()

    def settle(self) -> Dashboard:
        """Wait until the server has drawn all there is: of a run the badge at its foot last, else the doors or the class."""
        drawn = (
            self.badge.or_(self.crash)
            .or_(self.main.get_by_text("cannot be run"))
            .or_(self.main.locator(".st-key-doors, .st-key-class_part"))
        )
        expect(drawn.first).to_be_visible()
        expect(self.page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        expect(self.page.get_by_test_id("stSkeleton")).to_have_count(
            0
        )  # a script, or a page's own style, is on its way
        expect(self.crash).to_have_count(0, timeout=1)
        return self

    def open(self, title: str) -> Dashboard:
        """Open a page by the navigation: on top, or in the panel of a narrow window."""
        narrow = self.page.viewport_size["width"] < NARROW
        if narrow:
            self.page.get_by_test_id("stExpandSidebarButton").click()
        link = self.page.get_by_test_id("stSidebarNavLink" if narrow else "stTopNavLink")
        named = link.get_by_text(title, exact=True)
        if narrow:  # the panel may be sliding still; that a tap closes it is a test of its own
            named.dispatch_event("click")
        else:
            named.click()
        path = {"Start": "/", "Data & method": "/data"}.get(title, f"/{title.lower()}")
        self.page.wait_for_url(lambda url: urlsplit(url).path == path)
        expect(self.page.locator("h1")).to_have_text([title])  # or the page before would pass for drawn
        if narrow:  # the panel lies over the page, and closes by itself
            expect(self.panel).to_have_attribute("data-collapsed", "true")
        return self.settle()

    def open_part(self, name: str) -> Dashboard:
        """Open a part of an area by its tab."""
        self.main.get_by_role("tab", name=name, exact=True).click()
        expect(self.main.get_by_role("tab", name=name, exact=True)).to_have_attribute("aria-selected", "true")
        return self.settle()

    def tab(self, title: str) -> Dashboard:
        """Open a tab of the side panel of the Street."""
        self.main.get_by_role("tab", name=title).click()
        return self.settle()

    def figure(self, label: str) -> Locator:
        """Return the value of a figure card."""
        card = self.page.get_by_test_id("stMetric").filter(has=self.page.get_by_text(label, exact=True))
        return card.get_by_test_id(
            "stMetricValue"
        ).first  # while it is drawn anew, the earlier one may still stand below

    def slider(self, label: str) -> Locator:
        """Return a slider of the panel; Streamlit names it twice."""
        return self.panel.get_by_role("slider", name=f"{label} {label}", exact=True)

    def number(self, label: str) -> Locator:
        """Return a field of the panel that takes a number."""
        return self.panel.get_by_role("spinbutton", name=label, exact=True)

    def type_number(self, label: str, value: str) -> None:
        """Type a number into the panel."""
        self.number(label).fill(value)
        self.number(label).press("Enter")

    def choose_preset(self, name: str) -> None:
        """Choose a scenario in the panel."""
        chooser = self.panel.get_by_role("combobox", name="Scenario")
        expect(chooser).to_have_count(1)  # the one before goes when the run has ended
        choose(self.page, chooser, name)

    def unfold(self, heading: str) -> None:
        """Open a part of the panel that is folded."""
        self.panel.locator("summary").filter(has_text=heading).click()

    def upload(self, *files: tuple[str, bytes]) -> None:
        """Give the dashboard files at once, by their names and contents."""
        if not self.panel.get_by_test_id("stFileUploader").first.is_visible():
            self.unfold("Your own data")
        chooser = self.panel.locator("input[type=file]")
        given = [{"name": name, "mimeType": "application/octet-stream", "buffer": content} for name, content in files]
        chooser.set_input_files(given)

    def use_homes(self) -> None:
        """Take the homes of the meter data that are looked at."""
        self.window.get_by_role("button", name="Use these homes").click()
        expect(self.window).to_have_count(0)
        self.settle()


@pytest.fixture
def dashboard(visit) -> Dashboard:
    """Open the street as a new visitor, with nothing changed."""
    return visit()


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

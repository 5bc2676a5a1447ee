"""A class in the browser: two phones and a wall, on a server that is shared."""

from __future__ import annotations

import re
import subprocess
import sys
from urllib.parse import urlsplit

import numpy as np
import polars as pl
import pytest
from playwright.sync_api import expect

import jiran
from accessible import serious
from choosing import choose
from jiran.app.classroom import lan
from jiran.classroom.cards import DECKS
from jiran.market import find
from processes import heard

HERE = "127.0.0.1"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.fixture(scope="module")
def shared(browser, tmp_path_factory):  # noqa: ARG001 - without a browser no server is needed
    """Start a shared class as a lecturer would; return the wall's address and the phones'."""
    host = next(iter(lan.addresses()), None)
    if host is None:
        pytest.skip("this machine has no address that another could reach")
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "jiran", "class", "--share", host, "--no-browser"],
        cwd=tmp_path_factory.mktemp("class"), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        with heard(process):
            said = [process.stdout.readline() for _ in range(3)]
        wall = re.search(r"http://localhost:\d+/class", said[0])[0]
        yield wall, re.search(r"http://\S+/join", said[1])[0], re.search(r"http://\S+lecturer=[^;]+", said[2])[0]
    finally:
        process.terminate()
        process.wait(100)
        process.stdout.close()


@pytest.fixture
def look(browser):
    """Return what opens an address in a window of its own; a page that reports an error fails the test."""
    contexts, problems = [], []

    def opened(address, **options):
        context = browser.new_context(reduced_motion="reduce", locale="en-GB", **options)
        context.set_default_timeout(60_000)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
        page.on("request", lambda asked: hosts.add(urlsplit(asked.url).hostname))
        page.goto(address)
        return page

    hosts: set[str] = set()
    yield opened
    for context in contexts:
        context.close()
    # Streamlit looks for its server below the page before it finds it; a phone whose seat is gone is told so.
    known = re.compile(r"status of (404|401|403|410|422) ")
    assert not [problem for problem in problems if not known.search(problem)]
    assert hosts <= {"localhost", *lan.addresses(), None, ""}


def wall_of(look, shared, **options):
    """Open the wall with a new room; return it and the code."""
    wall = look(shared[0], viewport={"width": 1366, "height": 768}, **options)
    wall.get_by_role("button", name="End the game").click()
    wall.get_by_role("button", name="End it").click()
    wall.get_by_role("button", name="Open a room").click()
    expect(wall.get_by_text("players joined").or_(wall.get_by_text("player joined")).first).to_be_visible()
    code = wall.get_by_alt_text("QR code").get_attribute("alt").rpartition("/")[2]
    return wall, code


def join(look, shared, code, name, **options):
    phone = look(f"{shared[1]}/{code}", **PHONE, **options)
    phone.get_by_label("Your nickname").fill(name)
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_text("Wait until the first round opens.")).to_be_visible()
    return phone


def send_honestly(phone):
    value = re.search(r"(?:worth|costs you) (\d+\.\d+)", phone.locator("#says").inner_text())[1]
    phone.locator("#price").fill(value)
    phone.get_by_role("button", name="Send").click()


def fits(wall):
    """Wait until all is drawn, and nothing is left to scroll to."""
    main = wall.get_by_test_id("stMain").element_handle()
    wall.wait_for_function("page => page.scrollHeight - page.clientHeight <= 8", arg=main)


def test_two_phones_and_a_wall_play_two_rounds(look, shared):
    wall, code = wall_of(look, shared)
    phones = [join(look, shared, code, "Aminah"), join(look, shared, code, "<b>Ben</b>", color_scheme="dark")]
    expect(wall.get_by_text("2 players joined")).to_be_visible()
    expect(wall.get_by_text("<b>Ben</b>")).to_be_visible()
    expect(phones[0].locator("#rule")).not_to_be_visible()  # another may be chosen still
    for number in (1, 2):
        wall.get_by_role("button", name=f"Open round {number}").click()
        for phone in phones:
            expect(phone.get_by_text(f"Round {number} is open.")).to_be_visible()
            expect(phone.locator("#rule")).to_have_text("auction with one price")
            expect(phone.locator("#rule")).to_be_visible()
        expect(wall.get_by_text("Market rule: auction with one price")).to_be_visible()
        send_honestly(phones[0])
        expect(phones[0].get_by_text("You have sent: 1 kWh at")).to_be_visible()
        expect(wall.get_by_text(f"Round {number}: 1 of 2 sent")).to_be_visible()
        send_honestly(phones[1])
        for phone in phones:
            expect(phone.get_by_text(f"Round {number} is over.")).to_be_visible()
            expect(phone.locator("#verdict")).to_have_text(re.compile("^You (bought|sold|did not trade)"))
        expect(wall.get_by_text(f"Bids and asks of round {number}")).to_be_visible()
    wall.get_by_role("button", name="Reveal the true curves").click()
    expect(wall.get_by_text("The true curves, by the cards")).to_be_visible()
    for phone in phones:
        assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    reloaded = phones[0]
    reloaded.reload()
    expect(reloaded.get_by_text("Aminah")).to_be_visible()  # the same seat, without a word
    another = look(f"{shared[1]}/{code}", **PHONE)
    another.get_by_label("Your nickname").fill("Aminah")
    another.get_by_text("I was here before").click()
    another.get_by_label("Seat code").fill(reloaded.locator("#code").inner_text())
    another.get_by_role("button", name="Back to my seat").click()
    expect(another.locator("#verdict")).to_be_visible()
    wall.get_by_role("button", name="Remove a player").click()
    wall.get_by_role("button", name="Remove", exact=True).click()
    wall.get_by_role("button", name="End the game").click()
    wall.get_by_role("button", name="End it").click()
    wall.get_by_role("button", name="Open a room").click()
    expect(phones[1].get_by_text("There is no such room")).to_be_visible()


def test_a_locked_room_lets_nobody_in_and_the_download_holds_what_each_rule_made_of_the_orders(look, shared):
    wall, code = wall_of(look, shared)
    phones = {"Aminah": join(look, shared, code, "Aminah")}
    wall.get_by_role("button", name="Lock the room").click()
    expect(wall.get_by_text("locked")).to_be_visible()
    late = look(f"{shared[1]}/{code}", **PHONE)
    late.get_by_label("Your nickname").fill("Ben")
    late.get_by_role("button", name="Join").click()
    expect(late.get_by_text("the room is locked: ask the lecturer to let you in")).to_be_visible()
    expect(wall.get_by_text("Players: 1")).to_be_visible()
    wall.get_by_role("button", name="Unlock").click()
    expect(wall.get_by_role("button", name="Lock the room")).to_be_visible()
    late.get_by_role("button", name="Join").click()
    expect(late.get_by_text("Wait until the first round opens.")).to_be_visible()
    phones["Ben"] = late
    told = {1: play_round(wall, phones, 1, "uniform-price")}
    wall.get_by_role("button", name="Set up").click()
    choose(wall, wall.get_by_role("combobox", name="Market rule"), f"pay-as-bid: {find('pay-as-bid').plain_name}")
    wall.keyboard.press("Escape")
    told[2] = play_round(wall, phones, 2, "pay-as-bid")
    played = download(wall, "All rounds as CSV")
    assert played.select("round", "rule").unique(maintain_order=True).rows() == [
        (1, "uniform-price"),
        (2, "pay-as-bid"),
    ]
    for number, verdicts in told.items():
        expect_cleared(played.filter(pl.col("round") == number), verdicts)
    assert set(download(wall, "Without names")["player"]) == {"", "Player 1", "Player 2"}


def play_round(wall, phones, number, rule):
    """Let each phone send its honest price; return what each is told of its result."""
    wall.get_by_role("button", name=f"Open round {number}").click()
    for phone in phones.values():
        expect(phone.get_by_text(f"Round {number} is open.")).to_be_visible()
        expect(phone.locator("#rule")).to_have_text(find(rule).plain_name)
        send_honestly(phone)
    for phone in phones.values():
        expect(phone.get_by_text(f"Round {number} is over.")).to_be_visible()
    expect(wall.get_by_text(f"Bids and asks of round {number}")).to_be_visible()
    return {name: phone.locator("#verdict").inner_text() for name, phone in phones.items()}


def download(wall, words):
    with wall.expect_download() as given:
        wall.get_by_role("button", name=words).click()
    return pl.read_csv(given.value.path())


def expect_cleared(played, told):
    """Hold the rows of a round to what its rule makes of their orders, and to what phones were told."""
    deck, number, rule = DECKS["smith-1962"], played["round"][0], played["rule"][0]
    sign = np.where(played["side"] == "sells", 1.0, -1.0)
    made = jiran.clear(
        sign * played["order_kwh"].to_numpy(), rule, import_price=deck.high, export_price=deck.low,
        limit_price=played["order_price"].fill_null(0.0).to_numpy(), seed=number,
    )  # fmt: skip
    kwh, money = np.zeros(len(sign)), np.zeros(len(sign))
    for side, prices in ((made.seller, made.seller_price), (made.buyer, made.buyer_price)):
        np.add.at(kwh, side, made.kwh)
        np.add.at(money, side, made.kwh * prices)
    assert kwh.sum() > 0.0
    np.testing.assert_allclose(played["traded_kwh"], kwh, atol=1e-12)
    np.testing.assert_allclose(played["profit"], sign * (money - kwh * played["value"].to_numpy()), atol=1e-9)
    people = played.filter(pl.col("played_by") == "player")
    assert sorted(people["player"]) == sorted(told)
    assert people["order_price"].equals(people["value"])  # they were honest
    for row in people.iter_rows(named=True):
        did = ("sold" if row["side"] == "sells" else "bought") if row["traded_kwh"] else "did not trade"
        assert told[row["player"]].startswith(f"You {did}")
        assert not row["traded_kwh"] or f"{row['price']:.2f}" in told[row["player"]]


@pytest.mark.long
def test_a_phone_predicts_and_is_told_what_is_right(look, shared):
    wall, code = wall_of(look, shared)
    phone = join(look, shared, code, "Aminah")
    wall.get_by_text("Lessons", exact=True).click()
    wall.get_by_role("button", name="Play it in the room").click()
    wall.get_by_role("button", name="Ask the phones").click()
    answer = phone.get_by_role("button", name="From 09:00 to 15:00")
    expect(answer).to_be_visible()
    assert serious(phone) == []
    answer.click()
    expect(wall.get_by_text("From 09:00 to 15:00: 1 vote")).to_be_visible()
    wall.get_by_role("button", name="Open round 1").click()
    expect(phone.get_by_text("Round 1 is open.")).to_be_visible()
    send_honestly(phone)
    expect(phone.locator("#verdict")).to_be_visible()
    wall.get_by_role("button", name="See what is right").click()
    expect(phone.get_by_text("You predicted well: From 09:00 to 15:00.")).to_be_visible()
    wall.get_by_role("button", name="Present").click()
    expect(wall.get_by_role("button", name="Full screen")).to_be_visible()
    expect(wall.get_by_text("All roofs shine at the same time.")).to_be_visible()
    fits(wall)


def test_another_machine_steers_only_with_the_key(look, shared):
    stranger = look(shared[1].removesuffix("/join"))
    expect(stranger.get_by_role("heading", name="Join a room")).to_be_visible()  # sent there
    lecturer = look(shared[2])
    expect(lecturer.get_by_role("button", name="End the game")).to_be_visible()
    assert "lecturer" not in lecturer.url


def test_the_wall_fits_a_projector_without_scrolling(look, shared):
    wall, _ = wall_of(look, shared)
    wall.get_by_role("button", name="Open round 1").click()
    expect(wall.get_by_text("Bids and asks of round 1")).to_be_visible()
    wall.get_by_role("button", name="Present").click()
    expect(wall.get_by_test_id("stSidebar")).not_to_be_visible()
    wall.wait_for_url(re.compile("present=1"))
    expect(wall.get_by_text("Price by round")).to_be_visible()
    fits(wall)
    wall.get_by_role("button", name="Full screen").click()
    expect(wall.get_by_role("button", name="Leave full screen")).to_be_visible()
    assert wall.evaluate("document.fullscreenElement === document.documentElement")
    wall.get_by_role("button", name="Leave full screen").click()
    expect(wall.get_by_role("button", name="Full screen", exact=True)).to_be_visible()
    assert wall.evaluate("document.fullscreenElement === null")


def test_what_a_phone_is_refused_stays_until_it_sends_something_else(look, shared):
    wall, code = wall_of(look, shared)
    phone = join(look, shared, code, "Aminah")
    wall.get_by_role("button", name="Open round 1").click()
    phone.locator("#price").fill("9")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("must be from 0 to 4")).to_be_visible()
    for _ in range(3):  # the phone has asked for news three times
        with phone.expect_response(lambda answer: "/state?" in answer.url):
            pass
    expect(phone.get_by_text("must be from 0 to 4")).to_be_visible()
    phone.locator("#price").fill("2")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator("#trouble")).to_be_empty()


@pytest.mark.long
def test_nothing_keeps_anybody_out_of_wall_and_phone(look, shared):
    wall, code = wall_of(look, shared)
    assert serious(wall) == []
    phone = look(f"{shared[1]}", **PHONE)
    assert serious(phone) == []
    phone = join(look, shared, code, "Aminah")
    assert serious(phone) == []
    wall.get_by_role("button", name=re.compile(r"Open round \d+")).click()
    expect(phone.get_by_role("button", name="Send")).to_be_visible()
    assert serious(phone) == []
    send_honestly(phone)  # the only one: the round is over
    expect(phone.locator("#verdict")).to_be_visible()
    assert serious(phone) == []
    expect(wall.get_by_text("Bids and asks of round")).to_be_visible()
    assert serious(wall) == []
    wall.get_by_role("button", name="Present").click()
    expect(wall.get_by_role("button", name="Full screen")).to_be_visible()
    assert serious(wall) == []
    for part, words in (("lessons", "Predict first"), ("orders", "All rules on these orders")):
        other = look(f"{shared[0]}?part={part}", viewport={"width": 1366, "height": 768})
        expect(other.get_by_text(words).first).to_be_visible()
        assert serious(other) == []

"""Why a home got its price: each rule's own explanation, with the numbers of the textbook's book."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jiran.app.orders import EXAMPLE
from jiran.app.showing import markdown_of
from jiran.explain.step.book import Book
from jiran.explain.step.money import account, gain, rest, trade
from jiran.explain.step.outcome import clear_book, outcome_of_run
from jiran.explain.step.words import curve_words, order_words
from jiran.explain.why import compare, explain, headline
from jiran.explain.why.base import REASONINGS
from jiran.market import find, mechanisms
from pages import run
from textbook import cleared, home, read

EXAMPLE_RULE = Path(__file__).parents[3] / "examples" / "my_rule.py"


def why(outcome, name):
    return text([headline(outcome, home(outcome, name)), *explain(outcome, home(outcome, name))])


def text(sentences):
    return " ".join(sentence.text for sentence in sentences)


#: Rule, home, and what its explanation must say.
SAID = [
    (
        "uniform-price",
        "Aminah",
        "Ben (bids 90) with Grace (asks 85)",
        "halfway between the ask of 85 and the bid of 90: 87.5",
    ),
    ("uniform-price", "Ben", "Ben is one of this last pair"),
    ("uniform-price", "Chong", "trades nothing", "Hana's 95, above Chong's bid of 80"),
    ("pay-as-bid", "Farid", "With Aminah it is halfway between the ask of 80 and the bid of 100: 90"),
    ("mcafee", "Ben", "Chong's 80 and Hana's 95 give 87.5", "That lies between the last ask (85)", "at 87.5 per kWh"),
    ("trade-reduction", "Aminah", "Ben (bids 90) with Grace (asks 85), is given up", "at 90 per kWh"),
    ("trade-reduction", "Farid", "for 85 per kWh"),
    ("trade-reduction", "Grace", "Grace belongs to the pair that is given up"),
    ("trade-reduction", "Hana", "Hana stands behind that pair"),
    ("huang", "Aminah", "at 90 per kWh", "is given up"),
    (
        "vcg",
        "Aminah",
        "at 85 per kWh",
        "Without Aminah, Grace would sell 1 kWh less (ask 85)",
        "costs the others 85",
    ),
    ("vcg", "Farid", "for 90 per kWh", "Without Farid, Ben would buy 1 kWh less (bid 90)", "saves the others 90"),
    ("nash-bargaining", "Ben", "25 / 4 = 6.25", "90 − 6.25 = 83.75"),
    ("shapley", "Ben", "5 when it comes last; the average over all orders is 3.3333", "90 − 3.3333 = 86.6667"),
    ("nucleolus", "Farid", "Without Farid the gain of all would be 10 less", "80 + 7.5 = 87.5"),
    ("mid-market-rate", "Ben", "(120 + 50) / 2 = 85"),
    ("mid-market-rate", "Chong", "Chong bids at most 80, less than 85: it stays out"),
    (
        "supply-demand-ratio",
        "Ben",
        "5 kWh / 5 kWh = 1.",
        "the grid's export price: 50",
        "None of the sellers accepts 50",
    ),
    ("grid-fraction", "Ben", "0.8 × 120 = 96", "at 96 per kWh"),
    ("grid-only", "Ben", "The grid asks 120 per kWh"),
    ("consensus", "Farid", "Farid agreed with Aminah and Ben, at 88.3333"),
]


@pytest.mark.parametrize(("rule", "name", "said"), [(rule, name, said) for rule, name, *said in SAID])
def test_the_explanation_has_the_numbers_of_the_book(rule, name, said):
    exact = {"tolerance": 1e-7} if rule == "consensus" else {}
    text = why(cleared(rule, **exact), name)
    for words in said:
        assert words in text


def test_every_line_of_reasoning_is_declared_by_a_rule_and_the_other_way_round():
    """A rule that declares none has the general explanation: a new rule needs no other file."""
    assert {rule.reasoning for rule in mechanisms().values()} - {""} == set(REASONINGS)


@pytest.mark.parametrize("rule", sorted(mechanisms()))
def test_every_home_of_every_book_is_explained_in_whole_sentences(rule):
    rng = np.random.default_rng(5)
    for size in (1, 2, 7):
        for flat in (False, True):
            net = np.where(rng.random(size) < 0.2, 0.0, rng.normal(size=size).round(2))
            limit = np.where(net < 0.0, 0.5, 0.2) if flat else rng.uniform(0.1, 0.6, size).round(2)
            book = replace(
                read(EXAMPLE),
                names=tuple("ABCDEFG"[:size]),
                net_kwh=net,
                limit_price=limit,
                import_price=0.5,
                export_price=0.2,
            )
            for seed in (0, 1, None):
                outcome = replace(clear_book(book, rule, find(rule).values({}), seed or 0), seed=seed)
                for one in range(size):
                    said = text([headline(outcome, one), *explain(outcome, one), *compare(outcome, one)])
                    assert re.search(r"[.]$", said)
                    assert "nan" not in said
                    assert "inf" not in said
                    assert "  " not in said


def test_a_price_said_is_the_price_paid():
    for rule in ("uniform-price", "mcafee", "trade-reduction", "vcg", "shapley", "pay-as-bid"):
        outcome = cleared(rule)
        for one in np.flatnonzero(outcome.traded_kwh > 0.0):
            said = re.search(r"([\d.]+) per kWh", headline(outcome, int(one)).text).group(1)
            assert float(said) == pytest.approx(outcome.prices[one], abs=5e-5)


def test_vcg_with_orders_of_many_sizes_says_what_adds_up_to_the_price():
    book = replace(
        read(EXAMPLE), names=("A", "B", "C", "X", "Y", "Z"),
        net_kwh=np.array([-2.0, -1.0, -1.5, 1.0, 1.0, 3.0]), limit_price=np.array([10.0, 9.0, 6.0, 2.0, 4.0, 8.0]),
    )  # fmt: skip
    outcome = clear_book(book, "vcg", {})
    for one in np.flatnonzero(outcome.traded_kwh > 0.0):
        said = text(explain(outcome, int(one)))
        parts = re.findall(r"would (?:buy|sell) ([\d.]+) kWh (?:more|less) \((?:ask|bid) ([\d.]+)\)", said)
        money = sum(float(kwh) * float(limit) for kwh, limit in parts)
        assert money == pytest.approx(outcome.traded_kwh[one] * outcome.prices[one])


def test_mcafee_that_does_not_fit_gives_up_the_last_pair():
    book = replace(
        read(EXAMPLE), names=("A", "B", "X", "Y"), net_kwh=np.array([-1.0, -1.0, 1.0, 1.0]),
        limit_price=np.array([10.0, 9.0, 2.0, 8.5]), import_price=20.0, export_price=0.0,
    )  # fmt: skip
    outcome = clear_book(book, "mcafee", {})
    said = text(explain(outcome, 0))
    assert "the grid's 0 and the grid's 20 give 10. That does not lie between" in said
    assert "is given up" in said
    assert outcome.prices[0] == 9.0
    assert str(order_words(outcome)).startswith("The rule first decides how much each home trades")


@pytest.mark.parametrize("seed", range(8))
def test_muda_says_the_price_of_the_other_group_and_nobody_trades_across(seed):
    outcome = cleared("muda", seed)
    first = np.random.default_rng(seed).random(10) < 0.5
    for pair in outcome.pairs:
        assert first[pair.seller] == first[pair.buyer]
        sides = text(explain(outcome, pair.seller)), text(explain(outcome, pair.buyer))
        prices = [float(re.search(r"alone would clear at (\d+(?:\.\d+)?)", said).group(1)) for said in sides]
        assert prices[0] == prices[1]
        assert pair.seller_price - 1e-4 <= prices[0] <= pair.buyer_price + 1e-4


@pytest.mark.parametrize("seed", range(6))
def test_the_continuous_auction_says_whose_order_was_waiting(seed):
    outcome = cleared("continuous-double-auction", seed)
    for pair in outcome.pairs:
        if outcome.book.limit_price[pair.seller] == outcome.book.limit_price[pair.buyer]:
            assert "name the same price" in text(explain(outcome, pair.seller))
            continue
        waiting = [one for one in (pair.seller, pair.buyer) if outcome.book.limit_price[one] == pair.buyer_price]
        assert len(waiting) == 1
        assert "was waiting when" in text(explain(outcome, waiting[0]))


def test_a_rule_from_elsewhere_is_placed_among_all_prices():
    outcome = replace(cleared("pay-as-bid"), rule=str(EXAMPLE_RULE))
    assert text(explain(outcome, home(outcome, "Ben"))) == (
        "The buyers pay 87.5 to 90, 88.75 on average. For Ben it is 1.25 less."
    )


def test_bill_sharing_says_that_the_price_comes_later():
    within_a_step = text(explain(cleared("bill-sharing"), 1))
    assert "Within a step the energy moves at a price of 0. At the end of the billing period" in within_a_step
    afterwards = text(explain(replace(cleared("uniform-price"), rule="bill-sharing", seed=None), 1))
    assert "The price was set at the end of the billing period" in afterwards
    assert "87.5" in afterwards


def test_a_price_is_compared_with_the_own_limit_and_with_the_grid():
    outcome = cleared("grid-fraction")
    assert [str(one) for one in compare(outcome, home(outcome, "Chong"))] == [
        "It would have paid up to 80, but pays more. A loss of 16 per kWh.",
        "The grid asks 120. A gain of 24 per kWh.",
    ]
    charged = clear_book(replace(outcome.book, network_charge=10.0), "uniform-price", {})
    assert compare(charged, 1)[1].text == (
        "The grid asks 120; a neighbour's kWh costs 10 more for the network. A gain of 22.5 per kWh."
    )


@pytest.mark.parametrize(
    ("rule", "paid", "gained"),
    [
        ("uniform-price", "Buyers pay what sellers get, 175.", "make 25 of it, 100%. The homes have all of this gain; nothing"),
        ("trade-reduction", "a surplus of 5, which the market", "make 20 of it, 80%. The homes gain 15 together, and the market keeps 5."),
        ("vcg", "Buyers pay 170, sellers get 180: a deficit of 10", "100%. The homes gain 35 together, and 10 comes from outside."),
        ("grid-fraction", "Buyers pay what sellers get, 480.", "allow a gain of 25; the trades lose 70"),
    ],
)  # fmt: skip
def test_the_account_and_the_gain_of_the_textbook(rule, paid, gained):
    """What the market keeps, or what comes from outside, is said with the gain, and is no gain of the homes."""
    outcome = cleared(rule)
    assert paid in account(outcome).text
    assert gained in gain(outcome).text


def test_what_stays_with_the_market_in_muda_is_not_the_homes():
    result = run(**{"market.mechanism": "muda", "bids.strategy": "truthful"})
    outcomes = [outcome_of_run(result, step) for step in range(24)]
    outcome = max(outcomes, key=lambda one: one.account)
    figures = gain(outcome).figures
    assert figures["kept"] > 0.01
    assert figures["homes"] == pytest.approx(figures["worth"] - figures["kept"])
    assert (
        f"and the market keeps MYR {figures['kept']:.4f}." in gain(outcome).text
    )  # the homes have less than 10 sen of it


def test_words_beside_the_curves():
    said = text(curve_words(cleared("vcg")))
    assert "Best with best, the bids reach the asks for 2 kWh" in said
    assert "buyers pay 85, sellers get 90" in said
    said = text(curve_words(outcome_of_run(run(), 8)))
    assert "prices do not tell the homes apart" in said
    assert "trades all of it, 8.03 kWh, at 0.45 for all" in said


def test_pairs_that_meet_by_chance_may_trade_more_than_the_crossing_and_suit_both():
    book = replace(
        read(EXAMPLE), names=("A", "B", "X", "Y"), net_kwh=np.array([-1.0, -1.0, 1.0, 1.0]),
        limit_price=np.array([10.0, 5.0, 4.0, 9.0]), import_price=20.0, export_price=0.0,
    )  # fmt: skip
    more = next(one for seed in range(50) if (one := clear_book(book, "random-p2p", {"p_coef": 0.5}, seed)).kwh > 1.5)
    said = text(curve_words(more))
    assert "The rule random-p2p trades 2 kWh, more than that" in said
    assert "beyond" not in said


def test_what_found_no_buyer_is_said_in_a_sentence():
    flow = {
        "battery_charged_kwh": 5.0,
        "grid_export_kwh": 0.25,
        "battery_drawn_kwh": 0.0,
        "grid_import_kwh": 1.2,
        "curtailed_kwh": 0.0,
    }
    assert rest(flow).text == (
        "5.25 kWh found no buyer: 5.00 kWh went into the battery and 0.25 kWh to the grid. "
        "1.20 kWh were still missing and came from the grid."
    )
    assert rest(dict.fromkeys(flow, 0.0)).text == "Nothing was left over, and nothing was missing."


def test_small_orders_are_told_apart():
    """One minute's energy is not 0.00 kWh."""
    book = replace(
        read(EXAMPLE), names=("A", "X"), net_kwh=np.array([-0.0041, 0.0123]), limit_price=np.array([10.0, 5.0])
    )
    outcome = clear_book(book, "uniform-price", {"k": 0.5})
    assert "A buys 0.0041 kWh" in headline(outcome, 0).text


def test_an_equal_cut_may_take_a_whole_order():
    """Sellers before the last pair have 2.1 kWh for 1 kWh: X and W trade 0.5 kWh less, Y would have to as well."""
    book = replace(
        read(EXAMPLE), names=("A", "B", "X", "Y", "W", "Z"), net_kwh=np.array([-1.0, -1.5, 1.0, 0.1, 1.0, 1.0]),
        limit_price=np.array([10.0, 9.0, 2.0, 3.0, 4.0, 5.0]), import_price=20.0, export_price=0.0,
    )  # fmt: skip
    outcome = clear_book(book, "huang", {})
    assert "each trades the same amount less: that is all of Y's order." in why(outcome, "Y")
    assert "each trades the same amount less: X 0.5 kWh less." in why(outcome, "X")


def test_a_trade_in_a_sentence():
    assert trade(cleared("uniform-price"), 1).text == (
        "Trade 2: Grace sells 1 kWh to Ben at 87.5. Ben would have paid up to 90, Grace asked 85."
    )
    assert "Farid sells 1 kWh to Aminah; Aminah pays 85, Farid gets 90." in trade(cleared("vcg"), 0).text


def test_names_that_look_like_code_stay_names():
    book = replace(read(EXAMPLE), names=("[n](http://x)", "*b*", *EXAMPLE["Name"][2:]))
    outcome = clear_book(book, "uniform-price", {"k": 0.5})
    said = " ".join(map(markdown_of, (headline(outcome, 0), *explain(outcome, 0), trade(outcome, 1))))
    assert "[n](http" not in said
    assert r"\*b\*" in said


#: Sums that explanations write out: "(0.5625 + 0.20) / 2 = 0.38125", "21.2719 kWh / 2.4756 kWh = 8.5926".
SUM = re.compile(r"([(\d][\d.,()+−×/ kWh]*[\d)h]) = ([\d.,]+\d)")
#: A middle that is said in words.
HALFWAY = re.compile(r"halfway between the ask of ([\d.]+) and the bid of ([\d.]+): ([\d.]+\d)")
GIVE = re.compile(r" ([\d.]+) and \S+ ([\d.]+) give ([\d.]+\d)")


def sums(said):
    """Yield what each sum of a text comes to by the numbers written in it, and what is written as its result."""
    for left, result in SUM.findall(said):
        plain = left.replace("kWh", "").replace("×", "*").replace("−", "-").replace(",", "")
        yield eval(plain, {"__builtins__": {}}), result, left  # noqa: S307  digits and signs alone, by the pattern
    for low, high, result in (*HALFWAY.findall(said), *GIVE.findall(said)):
        yield (float(low) + float(high)) / 2.0, result, f"middle of {low} and {high}"


#: Rules whose explanations write sums, with parameters to draw from.
WITH_SUMS = {
    "uniform-price": ({}, {"k": 0.3}), "mid-market-rate": ({},), "supply-demand-ratio": ({},), "grid-fraction": ({"fraction": 0.83},),
    "nash-bargaining": ({},), "mcafee": ({},), "pay-as-bid": ({},),
}  # fmt: skip


def any_book(rng):
    """Draw orders of any size and price, and prices of the grid with up to five digits."""
    homes = int(rng.integers(4, 11))
    low, high = (round(float(one), int(rng.integers(2, 6))) for one in (rng.uniform(0.01, 0.2), rng.uniform(0.4, 0.9)))
    return Book(
        rng.uniform(-5.0, 5.0, homes), rng.uniform(0.0, 1.0, homes), high, low, names=tuple(f"H{one}" for one in range(homes))
    )  # fmt: skip


def test_what_a_sum_is_said_to_give_is_what_its_written_numbers_give():
    seen = set()
    for seed in range(40):
        rng = np.random.default_rng(seed)
        book = any_book(rng)
        for rule, every in WITH_SUMS.items():
            outcome = clear_book(book, rule, find(rule).values(every[seed % len(every)]), seed)
            for one in range(len(book.names)):
                for again, result, left in sums(text(explain(outcome, one))):
                    digits = len(result.partition(".")[2])
                    off = abs(again - float(result.replace(",", "")))
                    assert off <= 0.5000001 * 10.0**-digits, f"{rule}, seed {seed}: {left} = {result}, not {again}"
                    seen.add(rule)
    assert seen == set(WITH_SUMS)

"""What somebody may do to a ledger, and what must find it: the table of docs/ledger.md, done at random.

Everything here draws from one `Random`, so that a seed shows a case again.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

from jiran.ledger import heads, tree
from jiran.ledger.anchors import Anchor
from jiran.ledger.canonical import decoded, encoded
from jiran.ledger.checking import check_anchors, check_ledger
from jiran.ledger.faults import Tampered
from jiran.ledger.heads import SignedDay, digest
from jiran.ledger.records import Day, Trade, day_records
from random_days import ATTACKER, BIRTH, FIRST, OPERATOR, TRUSTED, signed_day

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

#: Names as people write them: other scripts, beyond the 16-bit plane, composed and not, what HTML and JSON would read.
NAMES = (
    "S1", "E1", "N<1", "Käthe", "Ka\u0308the", "巷口", "घर-७", "دار", "\U0001f3e0", "a'b", 'say "x"', "\\", "\u2028", "0", "null", "é" * 40,
    "__proto__", "constructor", "</script>", " ", "\n",
)  # fmt: skip


class Case(NamedTuple):
    """A sound ledger: what it was made of, and its days."""

    plan: list[Day]
    days: list[SignedDay]


def random_case(draw: Random) -> Case:
    """Return a ledger of two runs of two days or more, some days without trades, some corrected later."""
    plan = []
    for market in draw.sample(["lane", "paper", *NAMES], 2):
        homes = tuple(draw.sample(NAMES, draw.randint(2, 8)))
        plan += [_day(draw, market, homes, n) for n in range(draw.randint(1, 4))]
    for day in draw.sample(plan, draw.randint(0, 2)):
        plan.append(replace(day, trades=_trades(draw, day.day, day.homes, draw.randint(0, 6))))
    return Case(plan, ledger_of(plan))


def _day(draw: Random, market: str, homes: tuple[str, ...], n: int) -> Day:
    date = str(FIRST + dt.timedelta(days=n))
    return Day(market, "MYR", date, 60, homes, _trades(draw, date, homes, draw.choice((0, 1, 3, 9, 20))))


def _trades(draw: Random, date: str, homes: tuple[str, ...], count: int) -> tuple[Trade, ...]:
    """Return trades of all sizes: less than a millionth, a kettle, and the largest that a day of twenty can add up."""
    made = []
    for hour in sorted(draw.randrange(24) for _ in range(count)):
        seller, buyer = draw.sample(homes, 2)
        kwh, paid = (draw.choice((0.0, 1e-7, 0.1 + 0.2, draw.random(), 3e8 * draw.random())) for _ in range(2))
        made.append(Trade(f"{date}T{hour:02}:00:00+08:00", seller, buyer, kwh, paid, draw.choice((paid, paid / 3))))
    return tuple(made)


def ledger_of(
    plan: list[Day], private: Any = OPERATOR, birth: str = BIRTH, spoil: tuple[int, Callable[[Any], Any]] | None = None
) -> list[SignedDay]:
    """Return the ledger that the holder of a key makes of days; a day that stands there already is corrected.

    Args:
        plan: The days.
        private: Signs.
        birth: The ledger's own number.
        spoil: A day by its place, and what changes its records before they are signed.
    """
    made: list[SignedDay] = []
    latest: dict[tuple[str, str], tuple[int, str]] = {}
    for place, day in enumerate(plan):
        run, replaces = latest.get((day.market, day.day), (-1, ""))
        records = day_records(day, run + 1, replaces)
        if spoil and spoil[0] == place:
            spoil[1](records)
        exact = tuple(encoded(record) for record in records)
        before = digest(made[-1].head) if made else birth
        made.append(signed_day(heads.head(day.market, "MYR", day.day, run + 1, exact, before), records, private))
        latest[day.market, day.day] = run + 1, digest(made[-1].head)
    return made


def anchor_of(days: list[SignedDay]) -> Anchor:
    """Return what somebody keeps who saw a ledger."""
    return Anchor(BIRTH, "", len(days), digest(days[-1].head), "a neighbour")


def found_by(days: list[SignedDay], *anchors: Anchor) -> str:
    """Return what finds a fault in a ledger; "" if it is sound."""
    try:
        check_anchors(check_ledger(days, TRUSTED), anchors)
    except Tampered as found:
        return found.by if 0 < len(str(found)) <= 400 and "\n" not in str(found) else f"not one sentence: {found}"
    return ""


# --- what is done to one record, as bytes: its place among the others, and the others ---


def _changed(draw: Random, value: Any) -> Any:
    """Return another value of the same type."""
    if isinstance(value, int):
        return draw.choice([value + 1, value - 1, -value - 1, 2**53 - 1, -(2**53) + 1, 0 if value else 1])
    forms = [
        unicodedata.normalize("NFC", value),
        unicodedata.normalize("NFD", value),
        value + "\u200b",
        value[:-1],
        value.upper(),
        "",
    ]
    return draw.choice([form for form in forms if form != value])


def _change(draw: Random, records: list[bytes], place: int) -> None:
    record = decoded(records[place])
    field = draw.choice(sorted(record))
    value = _changed(draw, record[field])
    records[place] = encoded(record | {field: value if value != record[field] else 7})


def _redate(draw: Random, records: list[bytes], place: int) -> None:
    record = decoded(records[place])
    field = "step" if record["kind"] == "trade" else "day"
    other = dt.date.fromisoformat(record[field][:10]) + dt.timedelta(days=draw.choice((-365, -1, 1, 7)))
    records[place] = encoded(record | {field: f"{other}{record[field][10:]}"})


def _remove(_draw: Random, records: list[bytes], place: int) -> None:
    del records[place]


def _insert(draw: Random, records: list[bytes], place: int) -> None:
    records.insert(draw.randint(0, len(records)), encoded(decoded(records[place]) | {"n": len(records)}))


def _repeat(_draw: Random, records: list[bytes], place: int) -> None:
    records.insert(place, records[place])


def _reorder(draw: Random, records: list[bytes], place: int) -> None:
    with_ = draw.choice([n for n in range(len(records)) if n != place])
    records[place], records[with_] = records[with_], records[place]


def _cut(_draw: Random, records: list[bytes], place: int) -> None:
    del records[place:]


def _pass_off_a_node(_draw: Random, records: list[bytes], _place: int) -> None:
    """Put two hashes in the place of two records, as if a node of the tree were a leaf."""
    records[:2] = [tree.leaf(records[0]) + tree.leaf(records[1])]


def _other_bytes(draw: Random, records: list[bytes], place: int) -> None:
    """Write a record as other bytes: a key twice, a blank, an escape, bytes behind it, a number in another form."""
    record = records[place]
    new = [
        record + b" ", record + b"\x00", record + record, b"\xef\xbb\xbf" + record, record.replace(b'"v":1', b'"v":1.0'),
        record.replace(b'"v":1', b'"v":1,"v":1'), record.replace(b'"v":1', b'"v":2,"v":1'), record.replace(b":", b": ", 1),
        record.replace(b'"kind"', b'"\\u006bind"'), record.replace(b'"n":', b'"n":-'), record.replace(b'"n":', b'"n":0'),
    ]  # fmt: skip
    records[place] = draw.choice(new)


_RECORDS = (_change, _redate, _remove, _insert, _repeat, _reorder, _cut, _pass_off_a_node)


def _to_records(*ways: Callable[[Random, list[bytes], int], None]) -> Callable[[Random, Case], list[SignedDay]]:
    def done(draw: Random, case: Case) -> list[SignedDay]:
        days, at = list(case.days), draw.randrange(len(case.days))
        records = list(days[at].records)
        draw.choice(ways)(draw, records, draw.randrange(len(records)))
        days[at] = days[at]._replace(records=tuple(records))
        return days

    return done


# --- what is done to heads, days and the whole ---


def _mended(draw: Random, case: Case) -> list[SignedDay]:
    """Change records, and make all heads from there on fit again."""
    days = _to_records(_change, _redate, _remove, _insert, _reorder)(draw, case)
    before = BIRTH
    for at, day in enumerate(days):
        head = decoded(day.head)
        fields = [head[name] for name in ("market", "currency", "day", "run")]
        days[at] = day._replace(head=encoded(heads.head(*fields, day.records, before)))
        before = digest(days[at].head)
    return days


def _head(draw: Random, case: Case) -> list[SignedDay]:
    days, at = list(case.days), draw.randrange(len(case.days))
    head = decoded(days[at].head)
    field = draw.choice(["market", "currency", "day", "size", "root", "previous"])
    days[at] = days[at]._replace(head=encoded(head | {field: _changed(draw, head[field])}))
    return days


def _signatures(draw: Random, case: Case) -> list[SignedDay]:
    """Take the signature of another day, or spoil one."""
    days, at = list(case.days), draw.randrange(len(case.days))
    own = days[at].signature
    digits = draw.randrange(128)
    spoilt = own[:digits] + f"{int(own[digits], 16) ^ draw.randint(1, 15):x}" + own[digits + 1 :]
    others = [day.signature for day in days if day.signature != own]
    days[at] = days[at]._replace(signature=draw.choice([*others, spoilt, own.upper(), own[:-2], own + "00", ""]))
    return days


def _days(draw: Random, case: Case) -> list[SignedDay]:
    days, at = list(case.days), draw.randrange(len(case.days) - 1)
    how = draw.choice(["remove", "repeat", "move", "behead"])
    if how == "remove":
        del days[at]
    elif how == "repeat":
        days.insert(draw.randint(at, len(days)), days[at])
    elif how == "move":
        days.append(days.pop(at))
    else:
        del days[: at + 1]
    return days


def _anew_with_own_key(draw: Random, case: Case) -> list[SignedDay]:
    """Write all anew with a key of one's own, under its name or under the operator's."""
    days = ledger_of(_plan_of_a_forger(draw, case), ATTACKER)
    return days if draw.random() < 0.5 else [day._replace(key_id=case.days[0].key_id) for day in days]


def _plan_of_a_forger(draw: Random, case: Case) -> list[Day]:
    """Return other days: one has a home more, or its last trade less."""
    plan, at = list(case.plan), draw.randrange(len(case.plan))
    day = plan[at]
    plan[at] = (
        replace(day, homes=(*day.homes, "nobody"))
        if draw.random() < 0.5 or not day.trades
        else replace(day, trades=day.trades[:-1])
    )
    return plan


def _cut_tail(draw: Random, case: Case) -> list[SignedDay]:
    return case.days[: draw.randrange(len(case.days))]


def _anew_as_operator(draw: Random, case: Case) -> list[SignedDay]:
    return ledger_of(_plan_of_a_forger(draw, case), birth=draw.choice([BIRTH, "f" * 32]))


def _nonsense_as_operator(draw: Random, case: Case) -> list[SignedDay]:
    """Sign what cannot be: a sum, a date, a place or an order that is wrong."""

    def spoil(records: list[dict[str, Any]]) -> None:
        total = draw.choice([record for record in records if record["kind"] == "total"])
        how = draw.randrange(6)
        if how == 0:
            total[
                draw.choice(
                    ["trades", "bought_kwh_millionths", "sold_kwh_millionths", "owes_millionths", "earns_millionths"]
                )
            ] += 1
        elif how == 1:
            total["day"] = "2026-03-20"
        elif how == 2:
            total["n"] += draw.choice((-1, 1))
        elif how == 3:
            records[-1]["paid_millionths"] += 1
        elif how == 4:
            records[-1]["kwh_millionths"] += 50
        else:
            total["home"] = next(r["home"] for r in records if r["kind"] == "total" and r is not total)

    return ledger_of(case.plan, spoil=(draw.randrange(len(case.plan)), spoil))


#: Each line of the table in docs/ledger.md: what somebody does, what finds it, and what does it here.
TABLE: dict[str, tuple[str, Callable[[Random, Case], list[SignedDay]]]] = {
    "changes, re-dates, removes, inserts, repeats or reorders records, or cuts off the last ones": ("records", _to_records(*_RECORDS)),
    "writes a record in other bytes that read alike": ("records", _to_records(_other_bytes)),
    "also mends the heads, without the key": ("signature", _mended),
    "changes or re-dates a head": ("signature", _head),
    "spoils a signature, or takes it from another day": ("signature", _signatures),
    "writes all anew with a key of their own": ("signature", _anew_with_own_key),
    "removes, repeats or moves a day, or cuts off the beginning": ("chain", _days),
    "cuts off the end": ("anchor", _cut_tail),
    "has the operator's key and writes all anew": ("anchor", _anew_as_operator),
    "has the operator's key and signs what cannot be: wrong sums, dates, places": ("content", _nonsense_as_operator),
}  # fmt: skip

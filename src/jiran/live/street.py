"""A live street: hears messages, closes steps, settles days, and says what is to be published.

It has no clock, no broker and no screen of its own: each call says what time it is, so a test plays a week in a second,
and a service that was killed goes on where its store ends.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jiran.live import registers, runs
from jiran.live.beginning import continued, exchanged, level, prefix_of, row_of
from jiran.live.beyond import said_beyond
from jiran.live.calendar import Calendar, settling_ms
from jiran.live.clearing import Clearing, metered
from jiran.live.dialects import DIALECTS
from jiran.live.ear import Ear
from jiran.live.half_heard import half_heard
from jiran.live.lines import run_lines, step_line
from jiran.live.message import Message
from jiran.live.meters import by_home
from jiran.live.registers import Quality
from jiran.live.rules import Rules
from jiran.live.setpoints import Setpoints
from jiran.live.shares import amounts, shown, worst
from jiran.live.store import Row, Store

if TYPE_CHECKING:
    from jiran.live.meters import Meter
    from jiran.scenario import Scenario

_HOUR_MS = 3_600_000


class Street:
    """A street and its store.

    Attributes:
        ear: Listens.
        calendar: When steps begin.
        prefix: What the topics that it publishes begin with.
        identity: Number of its store, drawn by lot: a broker knows the service by it.
        played_ms: What time it is, where played meters say so, ms.
        next_step: Start of the step that closes next, ms.
        on_step: Gets a line for each step that closes, and may be replaced.
    """

    def __init__(
        self, scenario: Scenario, meters: Mapping[str, Meter], store: Store, first_ms: int,
        rules: Rules | None = None, book: runs.Book | None = None, end_ms: int | None = None,
    ) -> None:  # fmt: skip
        """Begin a street, or go on with the one in the store.

        Args:
            scenario: Homes, prices, market.
            meters: The meters of all homes by their keys, in the order of the homes.
            store: What was heard and done so far.
            first_ms: Start of its first step, if the store is new.
            rules: The operator's.
            book: Brings a settled day into a ledger; None: there is none.
            end_ms: End of its last step, ms, for a street that is played; None: it goes on.

        Raises:
            JiranError: The store is of another street.
        """
        self._store, self._rules, self._meters = store, rules or Rules(), by_home(meters)
        self._homes = tuple(self._meters)
        self._currency = scenario.currency
        self.on_step: Callable[[str], None] = lambda _line: None
        self.ear = Ear(meters, scenario.time_zone, self._rules.most_an_hour)
        self.prefix = prefix_of(scenario)
        first_ms = continued(store, scenario, self._homes, first_ms)
        self.calendar = Calendar(first_ms, scenario.step_minutes, scenario.time_zone, end_ms)
        self._clearing = Clearing(metered(scenario, self._homes), self.calendar, self._homes, self._best)
        self._setpoints = Setpoints(scenario, self._homes, store, self.calendar, self._best)
        self._runs = runs.Runs(store, self.calendar, self._rules, self._clearing, self._look, book)
        exchanged(store, meters)
        store.say(meters=json.dumps({home: [one.key for one in of] for home, of in self._meters.items()}))
        self.identity = store.about()["identity"]
        self.played_ms = int(store.about().get("played_ms", first_ms))
        for topic, text in json.loads(store.about().get("announced", "{}")).items():
            self.ear.hear(topic, text.encode(), first_ms)
        self.ear.counts.clear()
        self._announced = dict(self.ear.announced)
        last = store.last_step(runs.AT_CLOSE)
        self.next_step = first_ms if last is None else last + self.calendar.step_ms
        self._done = store.runs()
        self._half_heard: set[str] = set()

    def hear(self, topic: str, payload: bytes, arrived_ms: int, *, only_dated: bool = False) -> None:
        """Take a message, whatever it holds; `commit` brings what it says to the disk.

        Args:
            topic: Where it was published.
            payload: Its bytes.
            arrived_ms: When it came, ms.
            only_dated: Whether a broker may have kept it: then the time of arrival is not the time of reading.
        """
        for meter, dialect, heard in self.ear.hear(topic, payload, arrived_ms):
            if only_dated and not DIALECTS[dialect].dated:
                self.ear.counts["of unknown time"] += 1
            elif heard.at_ms > arrived_ms + self._rules.ahead_ms:
                self.ear.counts["ahead of time"] += 1
            elif heard.at_ms < arrived_ms - self._rules.behind_ms:
                self.ear.counts["too old"] += 1
            elif not self._store.meet(meter, dialect, heard.at_ms):
                self.ear.counts["another dialect"] += 1
            else:
                found = self._store.add(meter, heard.register, heard.at_ms, heard.value, arrived_ms)
                if found != "new":
                    self.ear.counts[found] += 1

    def go_on_to(self, at_ms: int | None) -> None:
        """Let a played clock go on to an instant; it never goes back."""
        if at_ms is not None and at_ms > self.played_ms:
            self.played_ms = at_ms
            self._store.say(played_ms=str(at_ms))

    def commit(self) -> None:
        """Bring all that was heard to the disk."""
        if self.ear.announced != self._announced:
            self._announced = dict(self.ear.announced)
            texts = {topic: payload.decode("utf-8", "replace") for topic, payload in self._announced.items()}
            self._store.say(announced=json.dumps(texts))
        if self.ear.counts:
            self._store.count(self.ear.counts.items())
            self.ear.counts.clear()
        self._store.commit()

    def tick(self, now_ms: int) -> list[Message]:
        """Do all that is due by now, in order of time, and return what is to be published."""
        found: list[Message] = []
        while (due := self._next()) is not None and due[0] <= now_ms:
            _, what, day = due
            if what == "close":
                found += self._close(now_ms)
            elif what == "deviate":
                self._deviate(day, due[0])
            else:
                self._runs.settle(day, runs.FINAL if what == "final" else runs.PROVISIONAL, due[0])
                self._done = self._store.runs()
        self.commit()
        latest = {message.topic: message for message in found}  # of steps closed at once only the last is of use
        return list(latest.values())

    def _next(self) -> tuple[int, str, str] | None:
        """Return what is to be done next: when, what, and of which day."""
        step = self.calendar.step_ms
        due = []
        if not self.is_over:
            due.append((self.next_step + step + self._rules.grace_ms, "close", ""))
        for run, what in ((runs.PROVISIONAL, "provisional"), (runs.FINAL, "final")):
            day = self._unsettled(run)
            if day is not None:
                due.append((self._runs.due(day, run), what, day))
        checked = int(self._store.about().get("deviations_ms", 0)) or self._runs.due(self._first_day, runs.FINAL)
        after = self.calendar.at(self.calendar.day_of(checked), 1, self._rules.settled_hour)
        due.append((after, "deviate", ""))
        return min(due, key=lambda one: (one[0], one[1] != "close"))

    @property
    def is_over(self) -> bool:
        """Whether all steps of a street that ends are closed."""
        return self.calendar.end_ms is not None and self.next_step >= self.calendar.end_ms

    @property
    def is_settled(self) -> bool:
        """Whether a street that ends has had all its runs."""
        last = self.calendar.day_of(self.next_step - self.calendar.step_ms)
        return self.is_over and (last, runs.FINAL) in self._done

    @property
    def meters(self) -> list[Meter]:
        """The meters of all homes, in order."""
        return [one for of in self._meters.values() for one in of]

    def get_ready(self) -> None:
        """Clear a step without anything, so that what is compiled is compiled before the first message comes."""
        day, first_ms = self._first_day, self.calendar.first_ms
        rows = [[Row(home, 0, 0, Quality.MISSING) for home in self._homes]]
        for one in filter(None, (self._clearing, self._setpoints.clearing)):
            one.clear(day, [first_ms], rows)

    def mark(self, **about: str) -> None:
        """Keep what those who open the store later must know."""
        self._store.say(**about)
        self._store.commit()

    def told(self) -> list[str]:
        """Return what was settled, a line a run."""
        return run_lines(self._store.runs(), self._store.totals())

    def settling_ms(self) -> list[int]:
        """Return when days are settled after the end of a street that ends: each morning until the last is final."""
        return settling_ms(self.calendar, self._rules)

    @property
    def _first_day(self) -> str:
        return self.calendar.day_of(self.calendar.first_ms)

    def _unsettled(self, run: int) -> str | None:
        """Return the first day, all steps of which are closed, that has not had a run."""
        settled = [day for day, number in self._done if number == run]
        day = self._first_day if not settled else self.calendar.day_of(self.calendar.at(max(settled), 1, 12))
        steps = self.calendar.steps_of(day)
        if not steps or steps[-1] >= self.next_step:
            return None
        return day if run == runs.PROVISIONAL or (day, run - 1) in self._done else None

    def _close(self, now_ms: int) -> list[Message]:
        """Close the next step, clear the day so far, and keep and publish what each home has of it."""
        step, day = self.next_step, self.calendar.day_of(self.next_step)
        self._store.keep_intervals(runs.AT_CLOSE, step, self._look([step])[0])
        self.next_step = step + self.calendar.step_ms
        self._store.commit()
        steps = [one for one in self.calendar.steps_of(day) if one <= step]
        if (
            now_ms >= self.next_step + self.calendar.step_ms + self._rules.grace_ms
            and self.calendar.day_of(self.next_step) == day
        ):
            return []  # the next one is due as well: what it shows holds this one
        rows = [self._store.intervals(runs.AT_CLOSE, one) for one in steps]
        cleared = self._clearing.clear(day, steps, rows)
        last, today = amounts(cleared, rows, len(rows) - 1), amounts(cleared, rows)
        quality, latest = worst(rows), worst(rows[-1:])
        contents = {
            home: shown(
                home,
                {"step": self.calendar.written(step), "minutes": self.calendar.step_minutes, "quality": next(iter(latest[home])), **last[home]},
                {"day": day, "steps": len(rows), "qualities": quality[home], **today[home]},
            )
            for home in self._homes
        }  # fmt: skip
        self._store.show(contents)
        too_much = json.dumps(said_beyond(cleared, day))
        self._store.say(closed_ms=str(step), now_ms=str(now_ms), beyond=too_much)
        self.on_step(step_line(contents, self._currency))
        silent = {row.home for row in rows[-1] if row.quality is Quality.MISSING}
        ask = [one for one in self.meters if one.home in silent and one.key not in self._half_heard]
        for key, line in half_heard(self._store, ask, self.next_step):
            self._half_heard.add(key)
            self.on_step(line)
        for line in said_beyond(cleared, self.calendar.written(step)[:16].replace("T", " "), len(rows) - 1):
            self.on_step(line)
        told = [self._message(home, "now", content) for home, content in contents.items()]
        asked = self._setpoints.of_next(day, steps, rows, now_ms)
        self._store.commit()  # what is commanded is kept before it is said
        return told + [self._message(one.home, one.what, one.content, retain=one.what != "command") for one in asked]

    def _message(self, home: str, what: str, content: dict[str, Any], *, retain: bool = True) -> Message:
        text = json.dumps(content, sort_keys=True, allow_nan=False)
        return Message(f"{self.prefix}/{level(home)}/{what}", text.encode(), retain=retain)

    def _deviate(self, _day: str, now_ms: int) -> None:
        """Look at all final days that can still deviate."""
        since = int(self._store.about().get("deviations_ms", 0))
        for day in sorted({day for day, run in self._done if run == runs.FINAL}):
            numbers = [run for known, run in self._done if known == day]
            if now_ms <= self.calendar.at(day, self._rules.deviations_days, 23):
                looked = max(since, self._done[day, max(numbers)][0])
                self._runs.deviate(day, max(numbers) + 1, now_ms, looked)
        self._store.say(deviations_ms=str(now_ms))
        self._store.commit()
        self._done = self._store.runs()

    def _look(self, steps: Sequence[int]) -> list[list[Row]]:
        """Return what the registers say of steps that follow each other."""
        edges = [*steps, steps[-1] + self.calendar.step_ms]
        most = self._rules.most_kw * 1_000_000 * self.calendar.step_ms // _HOUR_MS
        dialects = self._store.dialects()
        found = []
        for home, of_home in self._meters.items():
            sides: dict[str, list[list[registers.Interval]]] = {"import": [], "export": []}
            for meter in of_home:  # what each has of a side is added
                for name in meter.expected(dialects.get(meter.key)):
                    sides[name[:6]].append(self._intervals(meter.key, name, edges, most))
            found.append([row_of(home, [[of[n] for of in side] for side in sides.values()]) for n in range(len(steps))])
        return [list(step) for step in zip(*found, strict=True)]

    def _intervals(self, meter: str, name: str, edges: Sequence[int], most: int) -> list[registers.Interval]:
        gap = self._rules.max_gap_ms  # so far around may lie what tells a slip from a counter that begins anew
        series = self._store.series(meter, name, edges[0] - gap, edges[-1] + gap)
        return registers.intervals(series, edges, gap, most)

    def _best(self, day: str) -> tuple[int, list[list[Row]]]:
        """Return the last run that cleared a day, and its steps as they were then."""
        run = max(
            (number for known, number in self._done if known == day and number <= runs.FINAL), default=runs.AT_CLOSE
        )
        rows = [self._store.intervals(run, step) for step in self.calendar.steps_of(day)]
        return run, [step for step in rows if step]

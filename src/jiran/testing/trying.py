"""Hold a plug-in against laws on random cases, and keep the smallest case that breaks each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Generic, NamedTuple, Protocol, TypeVar

from jiran.plugins.plugin import Plugin
from jiran.testing.report import Finding, Report

AnyPlugin = TypeVar("AnyPlugin", bound=Plugin)


class Case(Protocol):
    """Something that a plug-in is tried on."""

    @property
    def size(self) -> int:
        """How large it is: smaller ones are shown first."""

    def lines(self) -> tuple[str, ...]:
        """Return what it is, for a report."""


C = TypeVar("C", bound=Case)


class Law(NamedTuple, Generic[C]):
    """A law: its name, what it says, and what tells of a case what is wrong, or None."""

    name: str
    meaning: str
    check: Callable[[C], str | None]


def as_strange(plugin: AnyPlugin, installed: Mapping[str, AnyPlugin]) -> AnyPlugin:
    """Return a plug-in as it is tried: one that is not installed is compiled with bounds checks."""
    return plugin if installed.get(plugin.name) is plugin else replace(plugin, trusted=False)


def listed(values: Mapping[str, float | str]) -> str:
    """Return parameters for a report."""
    return ", ".join(f"{name} = {value}" for name, value in values.items()) or "none"


def tried(
    name: str,
    laws: Iterable[Law[C]],
    draw: Callable[[], C],
    count: int,
    seed: int,
    things: str,
    progress: Callable[[int], None] | None,
) -> Report:
    """Return a finding for each law, with the smallest case that breaks it.

    Args:
        name: Of the plug-in.
        laws: In the order in which they are checked; a case that breaks the first is not held against the others.
        draw: Draws a case, and lets the plug-in at it.
        count: How many are tried.
        seed: That they are drawn with.
        things: What they are, in the plural.
        progress: Is called with the number of each case before it is tried.
    """
    laws = tuple(laws)
    broken, found = dict.fromkeys((law.name for law in laws), 0), dict[str, tuple[C, str]]()
    for place in range(count):
        if progress is not None:
            progress(place)
        case = draw()
        for law in laws:
            if (fault := law.check(case)) is None:
                continue
            broken[law.name] += 1
            if law.name not in found or case.size < found[law.name][0].size:
                found[law.name] = case, fault
            if law is laws[0]:
                break
    findings = tuple(
        Finding(law.name, law.meaning, broken[law.name], fault=found[law.name][1], case=found[law.name][0].lines())
        if law.name in found
        else Finding(law.name, law.meaning)
        for law in laws
    )
    return Report(name, count, seed, findings, tried=things)

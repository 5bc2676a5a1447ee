"""What a check found: a line for each law, and for each that is broken what breaks it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jiran.testing.books import Outcome


@dataclass(frozen=True)
class Finding:
    """Whether a rule keeps a law.

    Attributes:
        law: Name of the law, or of the property that the rule declares.
        meaning: What it says.
        broken: On how many of the books it was broken.
        outcome: The smallest book found that breaks it, and what the rule did; None if the law is kept, or if it is not
            about books.
        fault: What is wrong there, in one sentence; "" if the law is kept.
        case: What breaks it, in lines, where it is no book.
    """

    law: str
    meaning: str
    broken: int = 0
    outcome: Outcome | None = None
    fault: str = ""
    case: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return what breaks the law, what the plug-in did, and what is wrong; nothing if the law is kept."""
        if not self.fault:
            return []
        case = self.case if self.outcome is None else (*self.outcome.book.lines(), *self.outcome.lines())
        by = "" if self.outcome is None else " by this book"
        return [f"{self.law} is broken{by}:", *case, f"  But: {self.fault}."]


@dataclass(frozen=True)
class Report:
    """What came out of a check; printed, it is one line a law and the smallest book for each that is broken.

    Attributes:
        rule: Name of the rule, or other plug-in.
        books: How many books were tried, or what else it was tried on; the same ones for every law.
        seed: Of the books.
        findings: One a law or declared property, in the order in which they are checked.
        tried: What it was tried on, in the plural.
    """

    rule: str
    books: int
    seed: int
    findings: tuple[Finding, ...]
    tried: str = "books"

    @property
    def ok(self) -> bool:
        """Whether every law and every declared property is kept."""
        return not any(finding.fault for finding in self.findings)

    @property
    def broken(self) -> dict[str, Finding]:
        """What is broken, by name of the law or property.

        Empty exactly if `ok`.
        """
        return {finding.law: finding for finding in self.findings if finding.fault}

    def __str__(self) -> str:
        width = max(len(finding.law) for finding in self.findings)
        lines = [f"{self.rule} on {self.books:,} random {self.tried} (seed {self.seed})"]
        for finding in self.findings:
            state = "broken" if finding.fault else "ok"
            often = f" [on {finding.broken:,} {self.tried}]" if finding.fault else ""
            lines.append(f"  {state:<6}  {finding.law:<{width}}  {finding.meaning}{often}")
        for finding in self.broken.values():
            lines += ["", *finding.lines()]
        return "\n".join(lines)

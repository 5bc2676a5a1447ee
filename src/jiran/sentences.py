"""Sentences that are said of a run or a comparison: figures first, words second.

A form of sentence is a function that looks at its subject and returns the figures of the sentence, or None where it would
not be true. The words see nothing but these figures, so a sentence is true exactly if its figures are, and a test holds
the figures of every form against a calculation of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Figures = Mapping[str, Any]


@dataclass(frozen=True)
class Sentence:
    """One sentence.

    Attributes:
        form: Name of its form.
        figures: What it claims.
        text: Its words, plain text: no markup, and names stand in it as they are.
    """

    form: str
    figures: Figures
    text: str

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Form:
    """One form of sentence.

    Attributes:
        name: What the tests call it, as "run.sold".
        find: Returns the figures if the sentence is true of a subject, else None; its docstring says when it is true.
        words: Puts the figures into words.
    """

    name: str
    find: Callable[..., Figures | None]
    words: Callable[[Figures], str]

    def __call__(self, *subject: Any) -> Sentence | None:
        """Return the sentence of this form on a subject, or None if it would not be true of it."""
        figures = self.find(*subject)
        return None if figures is None else Sentence(self.name, figures, self.words(figures))


#: Every form by name; a form is there once its module is imported.
FORMS: dict[str, Form] = {}


def form(name: str, words: Callable[[Figures], str]) -> Callable[[Callable[..., Figures | None]], Form]:
    """Make a function that finds figures into a form of sentence.

    Args:
        name: What the tests call it; used once.
        words: Puts the figures into words.

    Example:
        >>> @form("doctest.sun", lambda figures: f"The sun shone for {figures['hours']} hours.")
        ... def sun(hours):
        ...     return {"hours": hours} if hours > 0 else None
        >>> sun(3).text, sun(0), FORMS.pop("doctest.sun").name
        ('The sun shone for 3 hours.', None, 'doctest.sun')
    """

    def make(find: Callable[..., Figures | None]) -> Form:
        if name in FORMS and FORMS[name].find.__module__ != find.__module__:
            raise ValueError(f"two forms of sentence are called {name}")
        FORMS[name] = Form(name, find, words)
        return FORMS[name]

    return make


def true_ones(*sentences: Sentence | None) -> tuple[Sentence, ...]:
    """Return the sentences that are true."""
    return tuple(sentence for sentence in sentences if sentence is not None)

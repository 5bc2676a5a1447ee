"""Every option of every command that takes a number refuses what is none in one sentence of jiran's own."""

from __future__ import annotations

import pytest
import typer

from jiran.cli import cli
from terminal import call, refused


def _options(command, path=()):
    for name, one in getattr(command, "commands", {}).items():
        yield from _options(one, (*path, name))
    for option in command.params if path else ():
        kind = getattr(getattr(option, "type_descriptor", None), "annotation", None)
        if option.param_type_name == "option" and kind in (int, float):
            needed = ["x" for other in command.params if other.param_type_name == "argument" and other.required]
            yield (*path, *needed), option.opts[0]


OPTIONS = list(_options(typer.main.get_command(cli)))


def test_there_are_such_options():
    assert {"--import-kwh", "--tries", "--seeds"} <= {option for _, option in OPTIONS}


@pytest.mark.parametrize(("words", "option"), OPTIONS, ids=lambda one: " ".join(one) if isinstance(one, tuple) else one)
@pytest.mark.parametrize("value", ["3,5", "much"])
def test_what_is_no_number_is_refused_in_our_words(words, option, value):
    done = call(*words, option, value)
    refused(done, f"{option} = '{value}': must be a")
    assert "Input" not in done.stderr
    assert ("point: 3.5" in done.stderr) == (value == "3,5" and "whole" not in done.stderr)

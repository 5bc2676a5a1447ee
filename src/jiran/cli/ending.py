"""How a command ends: done, stopped, or with one sentence about what is wrong."""

from __future__ import annotations

import errno
import math
import os
import sys
import warnings
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn

import typer
from typer.core import TyperGroup

from jiran.cli.signals import STOPPED
from jiran.errors import FieldError, JiranError

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED = 130
_WRONG, _FAULT = 2, 1
#: A longer sentence is cut in its middle: it holds what somebody pasted, and ends with what is allowed.
_LONGEST = 1_000
#: What the machine has not enough of.
_LIMITS = {
    MemoryError: "there is not enough memory for this run: take fewer homes or steps",
    RecursionError: "what was given is nested too deeply to be read",
}
#: What a full disk, a closed pipe or a terminal that is gone says.
_NO_OUTPUT = {errno.ENOSPC, errno.EPIPE, errno.EIO, errno.EBADF}


class Once(TyperGroup):
    """Refuses an option that takes one value and is given twice, of which the last would silently count."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """Find the command that is meant, and look at its options."""
        name, command, rest = super().resolve_command(ctx, args)
        given: list[Any] = []
        with suppress(Exception):  # what is wrong with them is said when the command itself reads them
            meant: Any = command
            given = meant.make_parser(meant.context_class(meant)).parse_args(list(rest))[2]
        for one in dict.fromkeys(given):
            takes_one = one.param_type_name == "option" and not (one.multiple or one.is_flag or one.count)
            if takes_one and given.count(one) > 1:
                raise JiranError(f"{max(one.opts, key=len)}: is given twice; give it once")
        return name, command, rest


class Group(Once):
    """Says what is wrong in one sentence, whatever it is."""

    def main(self, *args: Any, **extra: Any) -> NoReturn:
        """Run the command and exit: 0 done, 2 bad input, 130 interrupted, 1 a fault of jiran."""
        extra["standalone_mode"] = False
        for stream in (sys.stdout, sys.stderr):
            if hasattr(stream, "reconfigure"):
                stream.reconfigure(errors="replace")  # a terminal that lacks a letter is no reason to stop
        try:
            with warnings.catch_warnings():
                if not sys.warnoptions:  # warnings are for developers; users are told in the result
                    warnings.simplefilter("ignore")
                sys.exit(super().main(*args, **extra))
        except (_Stopped, typer.Abort):
            _fail(STOPPED, INTERRUPTED)
        except Exception as error:
            sentence = _sentence(error)
            if sentence is None:
                if os.environ.get("JIRAN_DEBUG"):
                    raise
                what = f"{type(error).__name__}: {error}"
                _fail(f"internal error, please report it: {what} (JIRAN_DEBUG=1 shows where)", _FAULT)
            _fail(sentence, _WRONG)

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the command line; `--help` is printed here."""
        with _no_other_ending():
            return super().make_context(*args, **extra)

    def invoke(self, ctx: Any) -> Any:
        """Run the command, until all that it printed has been taken."""
        with _no_other_ending():
            found = super().invoke(ctx)
            if sys.stdout is not None:
                sys.stdout.flush()
            return found


class _Stopped(Exception):  # noqa: N818  no error: somebody wanted it
    """Ctrl-C, where typer does not take it for its own."""


@contextmanager
def _no_other_ending() -> Iterator[None]:
    """Keep typer, and files that users bring, from ending the program in ways of their own."""
    try:
        yield
    except KeyboardInterrupt:
        raise _Stopped from None
    except SystemExit as error:
        if isinstance(error.__context__, BrokenPipeError):  # so does rich end what prints the help
            raise JiranError(_no_output(error.__context__)) from error
        raise JiranError(f"a rule or strategy file ended the program: it calls exit({error.code!r})") from None
    except BrokenPipeError as error:  # typer would end with 1, which means that a check found something
        raise JiranError(_no_output(error)) from error


def _sentence(error: Exception) -> str | None:
    """Return what to tell the user, or None if the error is not the user's to mend."""
    if isinstance(error, JiranError):
        return str(error)
    if hasattr(error, "format_message"):  # a usage error of the command line
        context = getattr(error, "ctx", None)
        command = context.command_path if context else "jiran"
        return f"{(_of_option(error) or error.format_message()).rstrip('.')}; see `{command} --help`"
    for kind, words in _LIMITS.items():
        if isinstance(error, kind):
            return words
    if isinstance(error, UnicodeEncodeError):
        return f"{error.object[error.start : error.end]!r}: a text or name is not UTF-8"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return _no_output(error) if isinstance(error, OSError) and error.errno in _NO_OUTPUT else None


def _of_option(error: Any) -> str | None:
    """Return what is wrong with the value of an option or argument in the words that fields have; None if it is something else.

    Typer lets pydantic read numbers, whose own words speak of input and parsing.
    """
    reader, option = error.__cause__, getattr(error, "param", None)
    if not hasattr(reader, "errors") or option is None:
        return None
    from jiran.documents.check import in_words  # noqa: PLC0415  loaded only where something is wrong

    first = reader.errors(include_url=False)[0]
    name = next(iter(option.opts), option.name) if option.param_type_name == "option" else option.human_readable_name
    return str(FieldError(name, first["input"], f"must be {_range_of(option, first) or in_words(first['msg'])}"))


def _range_of(option: Any, found: Any) -> str:
    """Return the bounds of an option that was given no number at all, as nan, which is on neither side of a bound; or ""."""
    try:
        is_number = not math.isnan(float(found["input"]))
    except (TypeError, ValueError):
        return ""
    low, high = getattr(option, "min", None), getattr(option, "max", None)
    if is_number or low is None or high is None:
        return ""
    return f"a number from {low:.10g} to {high:.10g}"


def _no_output(error: OSError) -> str:
    """Return what to say when nobody takes what is printed, and print no more."""
    with suppress(OSError):  # in a test it is no file
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # what is left to be printed goes nowhere
    return f"the output cannot be written: {error.strerror}"


def _fail(sentence: str, code: int) -> NoReturn:
    sentence = " ".join(sentence.split())
    if len(sentence) > _LONGEST:
        sentence = f"{sentence[: _LONGEST // 2]} ... {sentence[-_LONGEST // 2 :]}"
    with suppress(OSError, AttributeError):  # nobody listens
        sys.stderr.write(f"jiran: {sentence}\n")
        sys.stderr.flush()
    sys.exit(code)

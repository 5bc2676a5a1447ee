"""numba's `njit`, with a cache on disk that knows what a compiled function is made of.

numba keeps compiled code beside its file and looks only at that file: a changed function that it calls, or a changed
constant, goes unseen, and the old number comes back. Here the cache also holds for which text of all files of jiran that the
function's file imports, directly or not. So one edit renews what is made of it, and all else stays.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from functools import cache, partial, update_wrapper
from hashlib import sha256
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeVar

import numba
from numba import types
from numba.core.options import DefaultOptions
from numba.core.registry import cpu_target

try:
    from numba._dispatcher import compute_fingerprint
except ImportError:  # it is numba's own: without it all calls go numba's own way
    compute_fingerprint = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable

#: An import at the left edge: those inside functions and under TYPE_CHECKING bring nothing into compiled code.
_IMPORT = re.compile(r"^from (jiran[\w.]*) import (\([^)]*\)|.*)", re.MULTILINE)

#: A function is an argument of so many others at most, each of which keeps its own name for the signature.
_CALLERS = 16
#: So many kinds of arguments of one function are told apart; what comes after goes numba's own way.
_KINDS = 64
#: The option by which numba counts references, or not; it is numba's own: without it code that borrows only gets slower.
_COUNTS = "_nrt" if hasattr(DefaultOptions, "_nrt") else None
#: A compiled function is called as it was written, so that is how a checker sees it.
F = TypeVar("F")


def njit(signature: Any = None, *, borrows: bool = False, **options: Any) -> Callable[[F], F]:
    """Return the decorator that compiles a function, as `numba.njit` does.

    Args:
        signature: Compile at once, for these types; without one, for each call's types when it comes.
        borrows: The function makes no array and gets none from what it calls, it only works on those that it is given. Then
            nobody need count who holds an array, which for one store in one step takes as long as what the store does.
        **options: As numba's.
    """
    if _COUNTS is not None:
        options[_COUNTS] = not borrows  # said of each: else a function takes it from the one that calls it first

    def compiling(function: Any) -> Any:
        plain = getattr(numba.config, "DISABLE_JIT", 0)
        if plain or not options.get("cache"):
            return numba.njit(signature, **options)(function)
        compiled = numba.njit(**options)(function)
        _stamp(compiled, sources(function.__module__))
        if signature is not None:
            compiled.compile(signature)
            compiled.disable_compile()
            _remember(compiled)
        return compiled

    return compiling


def at_first_call(signature: Any, **options: Any) -> Callable[[F], F]:
    """Return a decorator as `njit` does, for a function that only Python calls: it is compiled when it is first called.

    A process that never calls it neither compiles it nor loads what lies on disk, which takes up to a second.
    """

    def waiting(function: Any) -> Any:
        return _AtFirstCall(function, partial(njit(signature, **options), function))

    return waiting


class _AtFirstCall:
    """A function that is compiled when it is first called; `py_func` is its plain Python, as of numba's own.

    numba works out the types of all arguments anew at each call, which takes longer than a day of twelve homes, and takes no
    record that holds functions. So kinds of arguments are looked at once, and go to the compiled code at once from then on.
    """

    def __init__(self, function: Any, compiling: Callable[[], Any]) -> None:
        update_wrapper(self, function)
        self.py_func, self._compiling = function, compiling
        self._found: Any = None
        self._taken: dict[Any, Callable[..., Any]] = {}
        self._alone = Lock()  # a run and its baseline may call it first at the same time

    def __call__(self, *arguments: Any) -> Any:
        kinds = tuple(map(_kind, arguments))
        code = self._taken.get(kinds)
        if code is None:
            found = self.compiled
            if not hasattr(found, "overloads"):  # there is no compiler
                return found(*arguments)
            ((wanted, made),) = found.overloads.items()
            for argument, kind in zip(arguments, wanted, strict=True):
                _check(argument, kind)
            code = made.entry_point
            if len(self._taken) < _KINDS:
                self._taken[kinds] = code
        return code(*arguments)

    @property
    def compiled(self) -> Any:
        """What numba makes of it, once."""
        with self._alone:
            if self._found is None:
                self._found = self._compiling()
        return self._found


def _kind(value: Any) -> Any:
    """Return what tells apart arguments that numba has different types for; of a function that it is one, for it says itself what it takes."""
    if callable(value):
        return type(value)
    if compute_fingerprint is None:
        return numba.typeof(value)
    try:
        return compute_fingerprint(value)
    except NotImplementedError:  # of random numbers, and of records that hold some
        return (type(value), *map(_kind, value)) if isinstance(value, tuple) else type(value)


def _check(value: Any, wanted: Any) -> None:
    """Refuse an argument that compiled code would read as something else.

    Args:
        value: A number, an array, a function, or a tuple of such.
        wanted: The type that it is compiled for; a function is asked for its code of that type by numba.

    Raises:
        TypeError: It is of another type.
    """
    kinds: Any = wanted  # numba has no annotations
    if isinstance(wanted, types.BaseTuple):
        for one, kind in zip(value, kinds, strict=True):
            _check(one, kind)
    elif not isinstance(wanted, types.FunctionType):
        found = numba.typeof(value)
        if cpu_target.typing_context.can_convert(found, wanted) is None:
            raise TypeError(f"compiled for {wanted}, and not for {found}")


def _remember(compiled: Any) -> None:
    """Let a function that is compiled for good be looked up at once where it is an argument of another compiled one.

    numba asks it for its code by its types at each such call, a dozen times in a run, and compares them one by one; and then
    asks the linker, each time, where the code lies. What says so itself (`__wrapper_address__`, numba's own protocol) is not
    looked into.

    Args:
        compiled: A dispatcher of numba with one signature, which compiles no more.
    """
    ask = compiled.get_compile_result
    known: dict[int, tuple[Any, Any]] = {}

    def answer(signature: Any) -> Any:
        asked, found = known.get(id(signature), (None, None))
        if asked is not signature:
            found = ask(signature)
            with suppress(AttributeError):
                found.library.get_pointer_to_function = cache(found.library.get_pointer_to_function)
            if len(known) < _CALLERS:
                known[id(signature)] = signature, found
        return found

    compiled.get_compile_result = answer

    @cache
    def address() -> int:
        ((_, found),) = compiled.overloads.items()
        return int(found.library.get_pointer_to_function(found.fndesc.llvm_cfunc_wrapper_name))

    compiled.__wrapper_address__ = address


def _stamp(compiled: Any, made_of: str) -> None:
    """Let the cache of a compiled function be good for these sources only.

    The names are numba's own and may change; without them its cache works as ever, by the function's file alone.

    Args:
        compiled: A dispatcher of numba with a cache.
        made_of: What the cached code is good for.
    """
    with suppress(AttributeError):
        file = compiled._cache._cache_file  # noqa: SLF001
        file._source_stamp = (file._source_stamp, made_of)  # noqa: SLF001
        file._load_index = partial(_index, file._load_index)  # noqa: SLF001


def _index(load: Callable[[], Any]) -> Any:
    """Return what numba's cache holds of a function; nothing if it names a class that an edit has taken away."""
    try:
        return load()
    except (AttributeError, ImportError):
        return {}


@cache
def sources(module: str) -> str:
    """Return a digest of the text of a module and of all modules of jiran that it imports, directly or not.

    Args:
        module: Dotted name of a module that is loaded.
    """
    found, ahead = {module}, [module]
    while ahead:
        new = _imports(ahead.pop()) - found
        found |= new
        ahead += new
    return sha256("\0".join(_text(name) for name in sorted(found)).encode()).hexdigest()


def _imports(module: str) -> set[str]:
    """Return the modules of jiran that a module's text imports; they are loaded, as the module itself is."""
    named = {
        name
        for package, names in _IMPORT.findall(_text(module))
        for name in (package, *(f"{package}.{name}" for name in re.findall(r"\w+", names)))
    }
    return named & sys.modules.keys()


@cache
def _text(module: str) -> str:
    """Return a module's text; "" where it has none, as in a frozen program."""
    try:
        return sys.modules[module].__loader__.get_source(module) or ""  # type: ignore[union-attr]
    except (KeyError, AttributeError, OSError):
        return ""

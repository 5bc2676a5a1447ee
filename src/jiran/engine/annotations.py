"""Annotations as compiled code knows them: what a record or a function says of its arguments is said once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np
from numba import from_dtype, types
from numpy.typing import NDArray

from jiran.bids.base import Bids
from jiran.bids.signature import BIDS
from jiran.compiled import at_first_call
from jiran.control.controlling.base import Control
from jiran.control.signature import DIRECTS
from jiran.market.base import Rule
from jiran.market.signature import GENERATOR, RULE, TRADES

#: Arrays in C order with their number of axes; what else is annotated names its compiled type.
Vector = Annotated[NDArray[np.float64], 1]
Matrix = Annotated[NDArray[np.float64], 2]
Counts = Annotated[NDArray[np.int64], 1]
Flags = Annotated[NDArray[np.bool_], 1]
Trades = Annotated[NDArray[np.void], TRADES]
Lots = Annotated[np.random.Generator, GENERATOR]
Clear = Annotated[Rule, RULE]
Bid = Annotated[Bids, BIDS]
Direct = Annotated[Control, DIRECTS]

Function = TypeVar("Function", bound=Callable[..., Any])

_SCALARS = {float: types.float64, int: types.int64, type(None): types.none}


def compiled_type(annotation: Any) -> Any:
    """Return the compiled type of an annotation: a number, one of the names above, or a NamedTuple of such.

    Example:
        >>> compiled_type(Matrix), compiled_type(int)
        (Array(float64, 2, 'C', False, aligned=True), int64)

    Raises:
        TypeError: The annotation does not say how it is compiled.
    """
    if get_origin(annotation) is Annotated:
        plain, how = get_args(annotation)
        if not isinstance(how, int):
            return how
        _, dtype = get_args(plain)
        return types.Array(from_dtype(np.dtype(*get_args(dtype))), how, "C")
    if isinstance(annotation, type) and issubclass(annotation, tuple):
        hints = get_type_hints(annotation, include_extras=True)
        return types.BaseTuple.from_types([compiled_type(hint) for hint in hints.values()], annotation)
    if annotation not in _SCALARS:
        raise TypeError(f"{annotation!r} does not say how it is compiled")
    return _SCALARS[annotation]


def compiled(function: Function) -> Function:
    """Compile a function for the types of its annotations, when it is first called; kept on disk, without the GIL.

    Args:
        function: Every argument and the result are annotated with types of `engine.records`.
    """
    # Python alone calls it: without code for others to call it takes a second less to compile.
    decorate: Callable[[Function], Function] = at_first_call(
        signature_of(function), cache=True, nogil=True, no_cfunc_wrapper=True
    )
    return decorate(function)


def handed_on(function: Function) -> Function:
    """Compile a function as `compiled` does, for the compiled loop to call as its argument; Python never calls it.

    It works on the loop's arrays and makes none of its own.
    """
    decorate: Callable[[Function], Function] = at_first_call(
        signature_of(function), cache=True, nogil=True, no_cpython_wrapper=True, borrows=True
    )
    return decorate(function)


def signature_of(function: Callable[..., Any]) -> Any:
    """Return the compiled signature that the annotations of a function say.

    Args:
        function: Every argument and the result are annotated with types of `engine.records`.
    """
    hints = get_type_hints(function, include_extras=True)
    returned = compiled_type(hints.pop("return"))
    return returned(*(compiled_type(hint) for hint in hints.values()))


def as_argument(function: Function) -> Function:
    """Return a function that `compiled` has made as another compiled one takes it; it is compiled now."""
    found: Function = getattr(function, "compiled", function)
    return found

"""Small faults that a text could have: another comparison, sign, number or order of arguments, a line left out."""

from __future__ import annotations

import ast
import copy
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

#: What each operator is mistaken for. A comparison also loses or gains its edge, where most faults hide.
COMPARISONS = {
    ast.Lt: (ast.LtE, ast.GtE), ast.LtE: (ast.Lt, ast.Gt), ast.Gt: (ast.GtE, ast.LtE), ast.GtE: (ast.Gt, ast.Lt),
    ast.Eq: (ast.NotEq,), ast.NotEq: (ast.Eq,), ast.In: (ast.NotIn,), ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,), ast.IsNot: (ast.Is,),
}  # fmt: skip
SUMS = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult}

#: Calls that mean the same with their arguments swapped.
SYMMETRIC = {"min", "max", "np.minimum", "np.maximum"}


@dataclass(frozen=True)
class Mutant:
    """One fault: `name` says where and what, whatever else the file holds; `text` is the whole file with it."""

    file: str
    name: str
    line: int
    text: str


def mutants(path: Path, file: str) -> Iterator[Mutant]:
    """Yield every mutant of a file; `file` is what to call it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    seen: Counter[str] = Counter()
    for function in _functions(tree):
        for node in _nodes(function):
            for fault in _faults(node):
                before = _written(node)
                with _Swapped(node, fault):
                    name = f"{function.name}: {before} -> {_written(node)}"
                    seen[name] += 1
                    if seen[name] > 1:
                        name += f" ({seen[name]})"
                    yield Mutant(file, name, node.lineno, ast.unparse(tree))


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef]:
    """Yield the functions of a module and the methods of its classes; those inside others belong to them."""
    for node in tree.body:
        inside = node.body if isinstance(node, ast.ClassDef) else [node]
        yield from (one for one in inside if isinstance(one, ast.FunctionDef))


def _nodes(function: ast.FunctionDef) -> Iterator[ast.AST]:
    """Yield what a function does: neither its annotations and docstring, nor the words of its errors."""
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Raise):
            continue
        yield node
        below = [node.value] if isinstance(node, ast.AnnAssign) and node.value else list(ast.iter_child_nodes(node))
        waiting += [] if isinstance(node, ast.JoinedStr | ast.arguments) else reversed(below)


def _faults(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what a node could be by mistake."""
    yield from _other_signs(node)
    yield from _other_values(node)
    if isinstance(node, ast.AugAssign | ast.Assign | ast.Break | ast.Continue) or (
        isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    ):
        yield ast.Pass()


def _other_signs(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=[operator]):
            for other in COMPARISONS[type(operator)]:
                yield _with(node, ops=[other()])
        case ast.BinOp(op=operator) | ast.AugAssign(op=operator) if type(operator) in SUMS:
            yield _with(node, op=SUMS[type(operator)]())
        case ast.BoolOp(op=operator):
            yield _with(node, op=ast.And() if isinstance(operator, ast.Or) else ast.Or())
        case ast.UnaryOp(op=ast.USub() | ast.Not()):
            yield node.operand


def _other_values(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Constant(value=bool(value)):
            yield _with(node, value=not value)
        case ast.Constant(value=int(value)) | ast.Constant(value=float(value)):
            yield _with(node, value=value + 1)
        case ast.Call(args=[first, second, *rest]):
            if ast.dump(first) != ast.dump(second) and ast.unparse(node.func) not in SYMMETRIC:
                yield _with(node, args=[second, first, *rest])
        case ast.If():
            yield _with(node, test=ast.Constant(value=False))
        case ast.IfExp(test=test):
            yield _with(node, test=ast.UnaryOp(ast.Not(), test))


def _written(node: ast.AST) -> str:
    """Return a node's text; of a branch, what it asks."""
    return f"if {ast.unparse(node.test)}" if isinstance(node, ast.If) else ast.unparse(node)


def _with(node: ast.AST, **changed: object) -> ast.AST:
    other = copy.copy(node)
    for name, value in changed.items():
        setattr(other, name, value)
    return other


class _Swapped:
    """Be another node for a while, in the tree where it stands."""

    def __init__(self, node: ast.AST, other: ast.AST) -> None:
        self._node, self._other = node, other

    def __enter__(self) -> None:
        node, other = self._node, self._other
        self._kept = node.__class__, node.__dict__.copy()
        node.__class__ = other.__class__
        node.__dict__.update(other.__dict__)

    def __exit__(self, *_: object) -> None:
        self._node.__class__, kept = self._kept
        self._node.__dict__.clear()
        self._node.__dict__.update(kept)

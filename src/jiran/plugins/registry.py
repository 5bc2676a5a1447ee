"""Find plug-ins of a kind: those of jiran, of installed packages, and of a file."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from jiran.errors import PluginError, meant, one_line, shortened
from jiran.plugins import ending
from jiran.plugins.plugin import Plugin

if TYPE_CHECKING:
    from types import ModuleType

P = TypeVar("P", bound=Plugin)

#: A file of a plug-in is some pages of text; what is larger than this is something else.
_MOST_BYTES = 10_000_000


class Registry(Generic[P]):
    """All plug-ins of one kind by name; installed ones are looked up once."""

    def __init__(self, kind: type[P], package: str, group: str, decorator: str) -> None:
        """Say where to look.

        Args:
            kind: The class of the plug-ins.
            package: Each module of this package is looked through, so a new file is enough to add one.
            group: Entry points of this group name those of other packages.
            decorator: What makes a function into one, for messages.
        """
        self._kind, self._package, self._group, self._decorator = kind, package, group, decorator
        self._known: dict[str, P] | None = None
        self._files: dict[Path, tuple[int, P]] = {}

    def installed(self) -> dict[str, P]:
        """Return every plug-in that is installed, by name.

        The first call imports all of them; a package whose plug-in is broken is refused by name and not left out in
        silence.

        Raises:
            PluginError: One cannot be loaded, or its name is taken.
        """
        if self._known is None:
            package = importlib.import_module(self._package)
            found = [
                plugin
                for module in pkgutil.iter_modules(package.__path__, f"{self._package}.")
                for plugin in self._in(importlib.import_module(module.name))
            ]
            known = {plugin.name: plugin for plugin in found}
            for entry in entry_points(group=self._group):
                plugin = self._of_package(entry)
                known[plugin.name] = self._of_its_own_name(entry.name, plugin, known)
            self._known = dict(sorted(known.items()))
        return self._known

    def find(self, name: str) -> P:
        """Return the plug-in of this name, or the one that a Python file defines.

        Args:
            name: A name from `installed`, or a path that ends in ``.py``. A file is a program: load only your own.

        Raises:
            PluginError: There is no such plug-in, or the file does not hold exactly one, or its name is taken.
        """
        if not isinstance(name, str):  # from Python anything may come
            raise self._fault(shortened(repr(name)), "must be the name of one, or a file that ends in .py")
        if name.endswith(".py"):
            return self._of_file(name)
        known = self.installed()
        if name not in known:
            raise self._fault(
                name, f"unknown; choose one of {', '.join(known)}, or a file that ends in .py{meant(known, name)}"
            )
        return known[name]

    def _of_file(self, name: str) -> P:
        """Return the one plug-in of a file; the file is run again only when it has changed."""
        path = Path(name).resolve()
        if not path.is_file():
            raise self._fault(name, "there is no such file")
        if path.stat().st_size > _MOST_BYTES:
            raise self._fault(name, f"is larger than {_MOST_BYTES // 1_000_000} MB: that is no file of a rule")
        changed_ns = path.stat().st_mtime_ns
        if path not in self._files or self._files[path][0] != changed_ns:
            module = self._run(name, path)
            own = [plugin for plugin in self._in(module) if plugin.function.__module__ == module.__name__]
            if len(own) != 1:
                holds = "" if own else _others(module)
                fault = self._fault(
                    name, f"must define one function decorated with {self._decorator}, has {len(own)}{holds}"
                )
                fault.holds = None if own else holds
                raise fault
            plugin = self._of_its_own_name(name, own[0], self.installed())
            self._files[path] = changed_ns, replace(plugin, trusted=False)
        return self._files[path][1]

    def _of_its_own_name(self, where: str, plugin: P, known: dict[str, P]) -> P:
        """Return a plug-in from outside, if its name is not that of another: what a name stands for is never in doubt.

        Args:
            where: The file or entry point, for the message.
            plugin: The plug-in.
            known: Those that are known already, by name.

        Raises:
            PluginError: The name is taken.
        """
        if plugin.name in known:
            raise self._fault(
                where, f"calls itself {plugin.name!r}, which is the name of another; give it one of its own"
            )
        return plugin

    def _run(self, name: str, path: Path) -> ModuleType:
        """Run a file as a module.

        The module gets a name of its own and does not go into `sys.modules`.

        Raises:
            PluginError: The file raises anything, or ends the program.
        """
        spec = importlib.util.spec_from_file_location(f"jiran_{self._kind.section}_{path.stem}", path)
        if spec is None or spec.loader is None:
            raise self._fault(name, "cannot be read as a Python file")
        module = importlib.util.module_from_spec(spec)
        ending.hold(str(path))
        try:
            spec.loader.exec_module(module)
        except SyntaxError as error:
            raise self._fault(name, f"is not valid Python: {str(error.msg)[:150]} (line {error.lineno})") from error
        except SystemExit as error:
            raise self._fault(name, "cannot be loaded: it ends the program, as exit() does") from error
        except PluginError as error:  # it is declared in a way that cannot be
            raise self._fault(name, error.problem) from error
        except BaseException as error:  # a file may raise anything, KeyboardInterrupt too
            raise self._fault(name, f"cannot be loaded: {one_line(error)}") from error
        return module

    def _of_package(self, entry: Any) -> P:
        """Return the plug-in of an entry point, marked as not trusted.

        Raises:
            PluginError: It cannot be loaded, or is none of this kind.
        """
        try:
            plugin = entry.load()
        except PluginError as error:
            raise self._fault(entry.name, error.problem) from error
        except (Exception, SystemExit) as error:
            raise self._fault(entry.name, f"entry point {entry.value} cannot be loaded: {one_line(error)}") from error
        if not isinstance(plugin, self._kind):
            raise self._fault(
                entry.name, f"entry point {entry.value} is not a function decorated with {self._decorator}"
            )
        ending.hold(plugin.function.__code__.co_filename)
        return replace(plugin, trusted=False)

    def _in(self, module: ModuleType) -> list[P]:
        """Return the plug-ins that stand in a module, also those that it imports."""
        return [value for value in vars(module).values() if isinstance(value, self._kind)]

    def _fault(self, name: str, problem: str) -> PluginError:
        """Return the error of this kind of plug-in."""
        return self._kind.fault(name, problem)


def _others(module: ModuleType) -> str:
    """Return which plug-ins of any kind a module defines, in words that end a sentence; "" if it defines none."""
    plugins = [one for one in vars(module).values() if isinstance(one, Plugin)]
    own = [one for one in plugins if one.function.__module__ == module.__name__]
    return "".join(f"; it holds the {one.fault.kind} {one.name!r}" for one in own)

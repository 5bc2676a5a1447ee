"""What is settled before a run starts, so that no long work is lost at its end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from jiran.saving import refuse_file, refuse_folder
from jiran.scenario.files import input_files

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jiran.scenario import Scenario


def settle(
    sources: Iterable[str | None],
    scenarios: Iterable[Scenario],
    *,
    folder: Path | None = None,
    file: Path | None = None,
) -> None:
    """Refuse a run whose result could not be written; what else speaks against a run belongs here too.

    Args:
        sources: What the command line names as scenarios: presets, or files, which the run reads.
        scenarios: What is to be run.
        folder: Where a run is to be saved, if anywhere.
        file: Where a comparison is to be saved, if anywhere.

    Raises:
        JiranError: There is something else, or it may not be written.
    """
    inputs = [Path(source) for source in sources if source and source.endswith(".toml")]
    inputs += [path for scenario in scenarios for path in input_files(scenario)]
    if folder is not None:
        refuse_folder(folder, inputs)
    if file is not None:
        refuse_file(file, inputs)

"""The dashboard's process: Streamlit, which ends when the `jiran app` that started it does, however that ends.

Standard input is a pipe that `jiran app` holds open: whatever ends `jiran app`, also kill -9, closes it.
"""

from __future__ import annotations

import os
import runpy
import threading


def _end_with_parent() -> None:
    while os.read(0, 1024):
        pass
    os._exit(0)


def main() -> None:
    """Run Streamlit with the arguments of this process."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

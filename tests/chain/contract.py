"""Compile the contract: `make contract` writes src/jiran/ledger/chain/contract.json, which a wheel carries."""

from __future__ import annotations

import json
from pathlib import Path

from vyper import compile_code
from vyper.compiler.settings import Settings

HERE = Path(__file__).parents[2] / "src" / "jiran" / "ledger" / "chain"
EVM = "paris"  # runs on every chain of today, and on those that are behind


def compiled():
    """Return what the compiler makes of the contract."""
    source = (HERE / "street.vy").read_text(encoding="utf-8")
    made = compile_code(
        source, output_formats=["abi", "bytecode", "method_identifiers"], settings=Settings(evm_version=EVM)
    )
    return {
        "compiler": "vyper 0.4.3",
        "evm_version": EVM,
        "abi": made["abi"],
        "methods": {name: f"0x{int(four, 16):08x}" for name, four in made["method_identifiers"].items()},
        "bytecode": made["bytecode"],
    }


if __name__ == "__main__":
    (HERE / "contract.json").write_text(json.dumps(compiled(), indent=1) + "\n", encoding="utf-8")

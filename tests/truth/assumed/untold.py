"""What is taken of a street whose user left fields out."""

from __future__ import annotations

from truth.harness import Claim, oracle


def of_streets(drawn):
    """Yield the run's scenario as a street whose user gave some of its fields, or all, or none."""
    data = drawn.scenario.model_dump(exclude_none=True)
    yield drawn.scenario, data
    yield drawn.scenario, {}
    kept = {name: value for name, value in data.items() if drawn.rng.random() < 0.5}
    if "grid" in kept:
        kept["grid"] = {name: value for name, value in kept["grid"].items() if drawn.rng.random() < 0.5}
    yield drawn.scenario, kept


@oracle("assumed.untold", of_streets)
def untold(scenario, said):
    now = scenario.model_dump()
    fields = []
    for section, key in (
        (None, "time_zone"), ("grid", "tariff"), ("grid", "import_price"), ("grid", "export_price"),
        ("battery", "capacity_kwh"), ("market", "mechanism"),
    ):  # fmt: skip
        if key in ("import_price", "export_price") and "tariff" in now["grid"] and now["grid"]["tariff"]:
            continue  # the tariff says it
        value = now[section][key] if section else now[key]
        if key not in (said.get(section, {}) if section else said) and value is not None:
            written = f"{len(value)} values" if isinstance(value, (list, tuple)) else str(value)
            fields.append((f"{section}.{key}" if section else key, written))
    if not fields:
        return None
    return Claim({"fields": fields}, ("assumed", *(f"{name} = {value}" for name, value in fields)))

"""How large should the community battery be? A loop over sizes; all else, and every random draw, stays the same.

Run it: python examples/compare_batteries.py
"""

import polars as pl

import jiran

rows = []
for capacity_kwh in (0, 50, 100, 150, 200, 300):
    changes = {"battery.capacity_kwh": capacity_kwh, "battery.charge_kw": 50, "battery.discharge_kw": 50}
    kpis = jiran.simulate(jiran.load_scenario("kampung", changes)).kpis
    rows.append(
        {
            "battery kWh": capacity_kwh,
            "self-sufficiency": kpis["self_sufficiency"],
            "grid export kWh": kpis["grid_export_kwh"],
            "cost MYR": kpis["cost"],
            "battery cycles": kpis["battery_cycles"],
        }
    )
with pl.Config(float_precision=2, tbl_hide_dataframe_shape=True, tbl_hide_column_data_types=True):
    print(pl.DataFrame(rows))

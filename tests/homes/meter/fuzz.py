"""Damage meter files and count how they are read: `python -m homes.meter.fuzz 5000`, as `make damage` does.

A reading is *right* if each interval that the damage did not touch holds what it held; *said* if it does not, and the reader
says something that it does not say of the whole file; *refused* if it is one sentence. All else is a fault: *silent*, or a
*crash*.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from time import perf_counter

from homes.meter.damage import Sheet, damaged, damaged_public
from homes.meter.public import totals
from homes.meter.writing import Key
from jiran.errors import JiranError
from jiran.homes.meter.look import look
from jiran.homes.meter.read import Meters, meter_changes, meters
from jiran.homes.meter.report import SUSPICIONS
from jiran.scenario import HomeData

Interval = tuple[int, int, float]

FAULTS = ("silent", "crash")
#: What is said of a file that is whole: it warns of no damage.
_USUAL = {"columns taken as load", "registers", "newest first", "encoding"}
_NEAR = 1e-9


def verdict(seed: int) -> tuple[str, str, str]:
    """Return the damage, how the file was read, and in what it is wrong."""
    name, sheet, content = damaged(seed)
    source = HomeData(path="meters.csv", **sheet.keys)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = meters(source, sheet.community.zone, content=content)
            wrong, lacking = faults(sheet, found)
            told = look(source, zone=sheet.community.zone, content=content) if lacking or seed % 4 == 0 else None
    except JiranError as error:
        sentence = str(error)
        return (
            (name, "refused", sentence) if "\n" not in sentence and len(sentence) < 1500 else (name, "crash", sentence)
        )
    except Exception as error:  # noqa: BLE001  that there is none is the test
        return name, "crash", repr(error)
    said = {change.what for change in found.changes}
    said |= {change.what for series in found.series for change in meter_changes(found.ids, series, scaled=False)}
    doubts = said & set(SUSPICIONS)
    news = said - _USUAL
    if (sheet.beyond and not doubts) or (sheet.odd and not news):
        return name, "silent", "what cannot be was not said"
    if wrong and not doubts and not (sheet.free and news):
        return name, "silent", wrong
    if lacking and not doubts and not news and told is not None and not told.filled():
        return name, "silent", lacking
    return name, "said" if wrong or lacking else "right", wrong or lacking


def judged(seed: int) -> tuple[str, str, str]:
    """Return the damage, how the file was read, and in what it is wrong; each fifth file is of a public layout."""
    return of_public(seed) if seed % 5 == 0 else verdict(seed)


def of_public(seed: int) -> tuple[str, str, str]:
    """Return how a damaged file of a public layout was read: the energy may not be much more than it was unless something is said."""
    file, content = damaged_public(seed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            told = look(HomeData(path="meters.csv", **file.keys), zone="UTC", content=content)
    except JiranError as error:
        return "public layout", "crash" if "\n" in str(error) else "refused", f"{file.name}: {error}"
    except Exception as error:  # noqa: BLE001  that there is none is the test
        return "public layout", "crash", f"{file.name}: {error!r}"
    right = sum(totals(file).values())
    read = sum(sum(home.values()) for home in told.totals.values())
    more = read > 1.3 * right and not (told.filled() and read < 3 * right)
    if more and not told.suspicions():
        return "public layout", "silent", f"{file.name}: {read:g}, not {right:g} kWh"
    return "public layout", "said" if more else "right", ""


def faults(sheet: Sheet, found: Meters) -> tuple[str, str]:
    """Return which number is wrong, and what is lacking; both are "" if all is well."""
    have: dict[Key, list[Interval]] = {}
    for series in found.series:
        intervals = zip(series.begin_s.tolist(), series.end_s.tolist(), series.kwh.tolist(), strict=True)
        have.setdefault((found.ids[series.home], series.kind), []).extend(intervals)
    faulty = [_faults_of(sheet, key, kwh, have) for key, kwh in sheet.community.kwh.items() if key not in sheet.lost]
    if not sheet.touched and have:
        faulty.append((f"{[*have]} was never there", ""))
    return next((wrong for wrong, _ in faulty if wrong), ""), next((lacking for _, lacking in faulty if lacking), "")


def _faults_of(sheet: Sheet, key: Key, kwh: tuple[float, ...], have: dict[Key, list[Interval]]) -> tuple[str, str]:
    """Return what is wrong and what is lacking of a meter, and take it from those that were read."""
    untouched = {step for step in range(len(kwh)) if not _touched(sheet, key, step)}
    if key not in have and sheet.renamed:
        key = next((other for other, intervals in have.items() if _is(kwh, intervals)), key)
    if key not in have or not untouched:
        return "", f"{key} is lacking" if untouched else ""
    length_s, begin_s, whole = 60 * sheet.community.minutes, sheet.community.begin_s, len(untouched) == len(kwh)
    wrong, covered = "", set()
    for first_s, last_s, energy in have.pop(key):
        first, last = (first_s - begin_s) / length_s, (last_s - begin_s) / length_s
        steps = set(range(int(first), round(last)))
        if first != int(first) or not 0 <= first < last <= len(kwh):
            wrong = wrong or (f"{key} {energy} kWh from {first:g} to {last:g}" if energy > _NEAR and whole else "")
        elif steps <= untouched:
            covered |= steps
            right = sum(kwh[step] for step in steps)
            wrong = wrong or (
                f"{key} {energy:g}, not {right:g} kWh in {first:g} to {last:g}" if abs(energy - right) > _NEAR else ""
            )
    missing = sorted(untouched - covered) if sheet.style.reading != "register" else []
    return wrong, f"{key} lacks {len(missing)}, as {missing[:3]}" if missing else ""


def _is(kwh: tuple[float, ...], intervals: list[Interval]) -> bool:
    """Tell whether energy that was read is that of a meter."""
    return len(kwh) == len(intervals) and all(abs(a - b[2]) <= _NEAR for a, b in zip(kwh, intervals, strict=True))


def _touched(sheet: Sheet, key: Key, step: int) -> bool:
    """Tell whether what the file says of an interval was damaged; that of a counter lies between two readings."""
    if sheet.style.reading == "register":
        return (key, step) in sheet.touched or (key, step + 1) in sheet.touched
    return (key, step) in sheet.touched


def main(files: int, first: int = 0) -> int:
    """Print how often each damage was read in which way; return 0 if there was no fault."""
    began, counts = perf_counter(), Counter[tuple[str, str]]()
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        seeds = range(first, first + files)
        for seed, (name, how, why) in zip(seeds, pool.map(judged, seeds, chunksize=20), strict=True):
            counts[name, how] += 1
            if how in FAULTS:
                sys.stdout.write(f"seed {seed}: {name}: {how}: {why}\n")
    kinds = ("right", "said", "refused", *FAULTS)
    width = max(len(name) for name, _ in counts)
    sys.stdout.write(f"{'':{width}}" + "".join(f"{kind:>9}" for kind in kinds) + "\n")
    for name in sorted({name for name, _ in counts}):
        sys.stdout.write(f"{name:{width}}" + "".join(f"{counts[name, kind]:9,}" for kind in kinds) + "\n")
    bad = sum(number for (_, how), number in counts.items() if how in FAULTS)
    sys.stdout.write(f"{files:,} damaged files in {perf_counter() - began:.0f} s: {bad} faults\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:] or ["5000"])))

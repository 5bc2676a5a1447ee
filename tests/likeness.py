"""What load profiles are like: the statistics by which modelled homes are compared with metered ones."""

from __future__ import annotations

import numpy as np

QUARTERS = 96


def like(kw):
    """Return the statistics of homes over whole days of quarter hours, mean over the homes.

    Args:
        kw: Mean power in each quarter hour, kW, shape (step, home).
    """
    relative = kw / kw.mean(axis=0)
    days = relative.reshape(-1, QUARTERS, kw.shape[1])
    hours = relative.reshape(-1, 4, kw.shape[1]).mean(axis=1)
    daily, mean_day = days.mean(axis=1), days.mean(axis=0)
    p5, p50, p95, p99 = np.quantile(relative, (0.05, 0.5, 0.95, 0.99), axis=0).mean(axis=1)
    return {
        "CV, 15 min": relative.std(axis=0).mean(),
        "CV, 60 min": hours.std(axis=0).mean(),
        "load factor": (1.0 / relative.max(axis=0)).mean(),
        "daily peak / daily mean": (days.max(axis=1) / daily).mean(),
        "5th percentile": p5,
        "median": p50,
        "95th percentile": p95,
        "99th percentile": p99,
        "autocorrelation, 15 min": correlation_after(relative, 1),
        "autocorrelation, 1 h": correlation_after(relative, 4),
        "autocorrelation, a day": correlation_after(relative, QUARTERS),
        "CV of daily kWh": daily.std(axis=0).mean(),
        "autocorrelation of daily kWh": correlation_after(daily, 1),
        "base: median day's 5th percentile": np.median(np.quantile(days, 0.05, axis=1), axis=0).mean(),
        "CV of the mean day": mean_day.std(axis=0).mean(),
        "highest of the mean day": mean_day.max(axis=0).mean(),
        "lowest of the mean day": mean_day.min(axis=0).mean(),
        **{f"coincidence of {size}": coincidence(kw, size) for size in (2, 5, 10, 20)},
        "spread of ln kWh": np.log(kw.mean(axis=0)).std(),
        "correlation between homes": between_homes(days - mean_day),
    }


def correlation_after(values, lag):
    """Return the mean autocorrelation of columns."""
    centred = values - values.mean(axis=0)
    return float(((centred[lag:] * centred[:-lag]).mean(axis=0) / centred.var(axis=0)).mean())


def coincidence(kw, size):
    """Return the highest of the sum over the sum of the highest, mean over random groups of homes."""
    rng = np.random.default_rng(0)
    groups = [rng.choice(kw.shape[1], size, replace=False) for _ in range(20)]
    return float(np.mean([kw[:, group].sum(axis=1).max() / kw[:, group].max(axis=0).sum() for group in groups]))


def between_homes(rest):
    """Return the mean correlation between homes of what is left without their mean day."""
    found = np.corrcoef(rest.reshape(-1, rest.shape[2]).T)
    return float(found[np.triu_indices(len(found), 1)].mean())

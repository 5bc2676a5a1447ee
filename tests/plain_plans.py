"""Money of years to come in plain Python, year by year: what tests hold `jiran.plan` against."""

from __future__ import annotations


def flows(plan, pv, battery, saving, fee):
    """Return what is got less what is paid now and at the end of each year, as one would write it down.

    `saving` is what is saved in every year before PV fades and bills rise, or a list of one for each.
    """
    cost, owed = pv + battery, plan.loan_share * (pv + battery)
    rate, months = plan.loan_rate / 12, 12 * plan.loan_years
    month = owed / months if rate == 0 else owed * rate / (1 - (1 + rate) ** -months)
    found = [owed - cost]
    for year in range(1, plan.years + 1):
        now = saving[year - 1] if isinstance(saving, list) else saving
        got = now * (1 - plan.degradation) ** (year - 1) * (1 + plan.escalation) ** (year - 1) - fee
        got -= plan.upkeep * cost
        if year % plan.inverter_years == 0 and year != plan.years:
            got -= plan.inverter_share * pv
        if year % plan.battery_years == 0 and year != plan.years:
            got -= battery
        if year <= plan.loan_years:
            got -= 12 * month
        found.append(got)
    return found


def worth(amounts, rate):
    """Return what amounts of years to come are worth today."""
    return sum(amount / (1 + rate) ** year for year, amount in enumerate(amounts))


def paid_back(amounts):
    """Return the year, and part of it, from which on the sum is not below nothing; None: it ends below."""
    dust = 1e-12 * sum(map(abs, amounts))
    total, since, known = 0.0, 0.0, True
    for year, amount in enumerate(amounts):
        before, total = total, total + amount
        if total < -dust:
            known = False
        elif not known:
            since, known = year - 1 + -before / amount, True
    return since if known else None

"""Who lives there: the homes as columns, the times of the steps, and what each home generates and needs, kWh.

Arrays of shape (step, home), finished before any market opens: modelled (`solar`, `load`, `ev`) or metered (`meter`). What
comes in here knows a scenario and no market; prices by the step are here too, because they have its calendar.
"""

"""What a run knows: `result` keeps it and saves it, `figures` names its key figures, `tables` makes data frames.

What comes in here is worked out of flows and accounts and known for every run; what compares runs lives in `judge`.
"""

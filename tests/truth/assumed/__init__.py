"""What a run takes for granted, worked out from its scenario alone."""

from truth.assumed import choices, places, stores, switches, untold

__all__ = ["choices", "places", "stores", "switches", "untold"]

"""What plans say, worked out from tables of runs and with money written down year by year."""

from truth.plans import answers, doubts, further, lines

__all__ = ["answers", "doubts", "further", "lines"]

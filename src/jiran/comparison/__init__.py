"""Many markets on one community: the same homes, the same sun and the same draws, judged side by side."""

from jiran.comparison.cases import by_rule
from jiran.comparison.run import SEEDS, compare, finished
from jiran.comparison.table import BAND, Comparison, Sample, Samples

__all__ = ["BAND", "SEEDS", "Comparison", "Sample", "Samples", "by_rule", "compare", "finished"]

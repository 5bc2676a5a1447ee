"""Many markets on one community: the same homes, the same sun and the same draws, judged side by side."""

from jiran.judge.comparison.cases import by_rule, by_strategy
from jiran.judge.comparison.run import SEEDS, compare, finished
from jiran.judge.comparison.table import Comparison, Sample, Samples

__all__ = ["SEEDS", "Comparison", "Sample", "Samples", "by_rule", "by_strategy", "compare", "finished"]

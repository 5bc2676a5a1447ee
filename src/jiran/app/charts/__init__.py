"""Results as chart specifications for ECharts: pure functions, nothing is drawn here."""

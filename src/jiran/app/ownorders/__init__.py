"""Own orders: a table of a class's own orders, every market rule on them side by side, and one rule taken apart."""

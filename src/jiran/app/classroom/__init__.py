"""A class on its own phones: the light page that they open beside the dashboard, and the gate that keeps them on it."""

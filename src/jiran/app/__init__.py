"""The dashboard; nothing imports it."""

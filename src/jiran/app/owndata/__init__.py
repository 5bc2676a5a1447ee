"""Bring your own meter data: files are dropped, looked at, corrected by choosing, and become the homes of the scenario."""

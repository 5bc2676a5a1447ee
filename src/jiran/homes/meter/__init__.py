"""Real meter data: from a file to kWh per step and home, with a report of all that was changed on the way."""

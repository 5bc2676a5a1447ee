"""Real meter data: from a file to kWh per step and home, with a report of all that was changed on the way.

What comes in here turns what a file says into energy, and says so in the report when it assumed something; it draws
nothing by chance and knows no model of a home. `read` is the way from bytes to profiles, the other files are its steps.
"""

"""How much each home generates and needs in each step, kWh, arrays of shape (step, home)."""

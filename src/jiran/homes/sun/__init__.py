"""The sun of a place: where it stands, what the sky lets through, and what roofs make of it, through pvlib.

Loaded only for a scenario whose `solar.model` is "site": pvlib takes a second or two to start. All is worked out once per
orientation of roofs, for instants of which a step has one or more; roofs of one orientation differ by a shift and a factor.
"""

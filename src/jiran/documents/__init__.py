"""What users write as TOML: tables as frozen models that are strict, and one sentence for what is wrong.

A scenario and a tariff are documents. `model` says how a field is declared, `check` holds nested data against a model, `read`
reads a file, `text` is what counts as text. What comes in here knows no document in particular.
"""

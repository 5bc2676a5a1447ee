"""What a run says in words: every sentence is a form of `jiran.sentences`, figures first and words second.

A run comes in, sentences in plain text go out; the command line and the dashboard read the same ones. Nothing here knows
a screen, and no sentence is without its proof in `tests/truth`.
"""

"""What a run, a step of it and a cleared book say in words: each sentence is a form of `jiran.sentences`.

Figures come first and words second. A run or a book comes in, sentences in plain text go out; command line and dashboard
read the same ones. Nothing here knows a screen, and no sentence is without its proof in `tests/truth`.
"""

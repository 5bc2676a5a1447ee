"""The dashboard, the only room that knows Streamlit; nothing imports it.

One file a page in `views`, the parts of the Street, which follow one selection, in `street`, one place of session state in
`state`. What comes in here shows and asks; whatever another face could use lives below.
"""

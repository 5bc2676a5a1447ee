"""One file a page; each has `show()`, and reads the run from `state`."""

"""The market rules of jiran, one file a family: a new file here is found, and nothing else has to be touched."""

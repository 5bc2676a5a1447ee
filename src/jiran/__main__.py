"""`python -m jiran` is the same as `jiran`."""

from jiran.cli import main

if __name__ == "__main__":
    main()

"""`python -m gateway`: the command `moment` where it is not on the path."""

from gateway.cli import main

if __name__ == "__main__":  # the demo's child process imports this file again under another name
    main()

"""`python -m gateway.lab`: the lab as a process, until Ctrl-C or SIGTERM."""

import argparse
import signal
import sys

from gateway.lab.serving import run_lab


def _port(text: str) -> int:
    """A port number; checked here, because uvloop would listen on whatever is left of a larger one."""
    if not text.isdecimal() or int(text) >= 1 << 16:
        raise argparse.ArgumentTypeError("not a port")
    return int(text)


def main(arguments: list[str] | None = None) -> int:
    """Serve the lab; the exit code is 1 when the port cannot be had."""
    parser = argparse.ArgumentParser(prog="python -m gateway.lab", description="Stand-in upstreams with faults.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
    parser.add_argument("--port", default=8090, type=_port, help="port to listen on, 0 for a free one (default: 8090)")
    chosen = parser.parse_args(arguments)

    def listening(port: int) -> None:
        print(f"lab: http://{chosen.host}:{port}", file=sys.stderr, flush=True)

    try:
        run_lab(chosen.host, chosen.port, listening, (signal.SIGINT, signal.SIGTERM), None)
    except OSError as error:
        print(f"lab: {error.strerror or error}; try another --port or --host", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

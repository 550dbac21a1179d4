"""The lab: stand-ins for four vendors that answer real HTTP, with a knob a source for each way to go wrong.

For demo, tests and load only. Every value comes from a hash of what was asked and from the wall clock: any place,
variant, member or symbol has an answer, the same one each time it is asked at the same instant, another one later.
"""

from gateway.lab.app import build_lab
from gateway.lab.serving import run_lab_child, serve_lab

__all__ = ["build_lab", "run_lab_child", "serve_lab"]

"""The five steps of an open, a file each: open, plan, fan-out, merge, respond. Only fan-out waits."""

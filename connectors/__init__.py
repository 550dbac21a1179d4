"""Connectors: what describes how a source is asked and read."""

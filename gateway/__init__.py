"""Moment Gateway: one open, every source asked at once, one payload that always fits the template."""

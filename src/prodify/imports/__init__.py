"""Findings of other scanners, read from files that those scanners wrote."""

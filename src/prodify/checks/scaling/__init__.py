"""Checks of the step: scaling and releases."""

"""Checks of the step: cost."""

"""Checks of the step: portability."""

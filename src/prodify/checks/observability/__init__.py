"""Checks of the step: observability."""

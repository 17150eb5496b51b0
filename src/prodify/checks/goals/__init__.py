"""Checks of the step: goals and profile."""

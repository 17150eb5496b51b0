"""Checks of the step: testing."""

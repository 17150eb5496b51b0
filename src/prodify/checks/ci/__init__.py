"""Checks of the step: continuous integration and delivery."""

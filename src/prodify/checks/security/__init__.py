"""Checks of the step: security and secrets."""

"""Checks of the step: service level objectives."""

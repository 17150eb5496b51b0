"""Recipes of the step: scaling and releases."""

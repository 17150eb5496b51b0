"""Recipes of the step: security and secrets."""

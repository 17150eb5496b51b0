"""Recipes of the step: cost."""

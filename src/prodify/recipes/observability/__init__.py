"""Recipes of the step: observability."""

"""Recipes of the step: portability."""

"""Recipes of the step: continuous integration and delivery."""

"""Recipes of the step: goals and profile."""

"""Recipes of the step: testing."""

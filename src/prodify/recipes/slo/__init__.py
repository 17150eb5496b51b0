"""Recipes of the step: service level objectives."""

"""Recipes of the step: runbooks and on-call."""

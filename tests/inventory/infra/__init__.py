"""Views of infrastructure files."""

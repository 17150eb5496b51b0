"""Everything that is generated, over the kinds of services and the places where they run."""

"""What several recipes derive from the profile: names, numbers and places, each defined once."""

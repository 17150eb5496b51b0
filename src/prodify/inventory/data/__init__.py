"""Tables that the inventory looks things up in: names of frameworks, drivers, SDKs and their defaults."""

"""prodify: turn a prototype into a supported production service, in small, reviewable, proven steps."""

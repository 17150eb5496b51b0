"""Reports: a `Report` as text for a terminal, piped text or JSON. They choose how to show, never what is true."""

"""The example with everything applied, alive: real servers on loopback, real load, real failures."""

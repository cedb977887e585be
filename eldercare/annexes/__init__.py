"""Printed matrix tables of a policy: read, stored, shown as a grid, typed, imported, undone, exported."""

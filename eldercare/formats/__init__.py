"""How dates are written in the admin and in fields: as on every other page of the portal."""

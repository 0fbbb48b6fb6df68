"""The coordinators' pages: they put together what the other rooms know, and hold no tables and no rules."""

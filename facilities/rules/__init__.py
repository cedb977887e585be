"""Standards as data and the arithmetic that turns recorded facts into findings: pure, no Django, no queries."""

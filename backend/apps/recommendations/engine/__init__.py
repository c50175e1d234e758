"""Recommendations as arithmetic: listening in, ranked items out. Knows no Django, no database, no clock."""

"""Django's SQLite, whose writers within one process take turns in the order in which they came."""

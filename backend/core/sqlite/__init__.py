"""Django's SQLite backend with a fair lock for the writers of one process."""

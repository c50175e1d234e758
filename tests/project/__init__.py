"""The project's own files: who made it and under which licence, what is looked at before a commit."""

"""Asking music services over HTTP: what every one of them needs, and nothing of any."""

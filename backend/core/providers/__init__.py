"""Requests to music services over HTTP: the parts that all services need."""

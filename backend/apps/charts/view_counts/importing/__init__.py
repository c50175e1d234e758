"""Bringing view counts over from a MongoDB export: read, checked figure by figure, written by track."""

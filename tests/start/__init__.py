"""Tests of start-daphne.sh, from a fresh copy of the project."""

"""Tests with real processes that are killed, stopped, cut off and restored from backups."""

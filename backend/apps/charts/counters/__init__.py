"""Counting plays and views: what each music service says of them, and the stage that asks."""

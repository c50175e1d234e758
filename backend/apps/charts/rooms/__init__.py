"""A room's own chart: what it plays and loves, week by week."""

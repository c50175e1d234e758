"""What analytics tells apps above it."""

from django.dispatch import Signal

# Sent by Activity, in the transaction that stores them. `activities`: the new ones, of whatever people.
activities_recorded = Signal()

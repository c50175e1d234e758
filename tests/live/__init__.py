"""Tests of live events between real processes: who hears of a change, how soon, and at what cost."""

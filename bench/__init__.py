"""Benchmarks. Each folder is one: it has `measure(*, is_quick)`, which returns a `Result`."""

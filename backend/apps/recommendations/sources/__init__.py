"""Where recommendations come from, each source in a module of its own, all of the shape in `base`."""

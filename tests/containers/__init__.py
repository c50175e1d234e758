"""What can be said of the containers without an engine that runs them."""

"""Tests across apps: they start real servers and speak HTTP and WebSocket with them."""

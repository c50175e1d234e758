"""Charts by GraphQL, in the schema that chart clients know. Reads only, but for one refresh."""

"""What is written down, by noun. Every function takes a connection and writes within its caller's transaction."""

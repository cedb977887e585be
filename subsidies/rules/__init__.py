"""What a scheme pays and under which conditions, as pure functions: no queries, no guesses."""

"""Practice exams from retired items, what they tell a candidate at once, and the reading list."""

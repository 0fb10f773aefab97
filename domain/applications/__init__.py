"""Applications: from draft to decision and appeal."""
